// Guesses what a file is from its address, for as long as nobody has fetched it.

const TYPES: Readonly<Record<string, string>> = {
  '3gp': 'video/3gpp',
  amr: 'audio/amr',
  bmp: 'image/bmp',
  csv: 'text/csv',
  gif: 'image/gif',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  m4a: 'audio/mp4',
  mov: 'video/quicktime',
  mp3: 'audio/mpeg',
  mp4: 'video/mp4',
  ogg: 'audio/ogg',
  pdf: 'application/pdf',
  png: 'image/png',
  svg: 'image/svg+xml',
  tiff: 'image/tiff',
  txt: 'text/plain',
  vcf: 'text/vcard',
  wav: 'audio/wav',
  webm: 'video/webm',
  webp: 'image/webp',
};

/** The content type that a URL's extension stands for; `application/octet-stream` for one that says nothing. */
export function guessContentType(url: string): string {
  const [, extension = ''] = /\.([a-z0-9]+)$/i.exec(new URL(url).pathname) ?? [];
  const known = extension.toLowerCase();
  return (Object.hasOwn(TYPES, known) && TYPES[known]) || 'application/octet-stream';
}
