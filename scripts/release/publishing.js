// Says which files a release has, and what to type to publish them.
import { readdirSync } from 'node:fs';

/**
 * @param {object} release
 * @param {string} release.folder where the files are, as a command names it
 * @param {string} release.files the folder from which their names are read
 * @param {string} release.commit
 * @param {{ packedBytes: number, installedBytes: number, packages: number }} release.size
 * @param {Record<string, any>} release.manifest
 * @returns {string}
 */
export function describePublishing({ folder, files, commit, size, manifest }) {
  const { name, version, repository } = manifest;
  const names = readdirSync(files).sort();
  const pythonFiles = names.filter((file) => file.startsWith('pytest_')).map((file) => `${folder}/${file}`);
  const provenance = repository
    ? 'npm makes the provenance in GitHub Actions and GitLab CI only. Elsewhere, write --provenance=false.'
    : 'package.json lacks `repository`, which a provenance needs. Add it as soon as the address is known; it must be\n' +
      'the public repository whose CI publishes. Until then, write --provenance=false.';
  return `
${folder} has the files of ${name} ${version}, built from ${commit.slice(0, 12)}
(${megabytes(size.packedBytes)} packed; installed ${megabytes(size.installedBytes)} in ${size.packages} packages):
${names.map((file) => `  ${file}\n`).join('')}
Nothing was published, pushed or tagged. To publish:
  npm publish ${folder}/${name}-${version}.tgz --provenance
  python3 -m twine upload ${pythonFiles.join(' ')}   # twine 7 or newer
  git tag --annotate v${version} --message "${name} ${version}" ${commit.slice(0, 12)} && git push origin v${version}

${provenance}
`;
}

/** @param {number} bytes */
function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
