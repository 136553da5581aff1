// Recognises values and files that only a secret manager turns into secrets: references and ciphertext.

/** Where a value was found, and what it is needed for. */
export interface SecretUse {
  /** The arguments of relay-phone to run again, such as `status`. */
  readonly command: string;
  /** The name of the value, such as `TWILIO_AUTH_TOKEN`. */
  readonly key: string;
  /** The `.env` file with the value; undefined if it came from elsewhere. */
  readonly envPath: string | undefined;
}

/** A form in which a secret manager keeps a secret outside of itself. */
export interface SecretForm {
  /** The form, to complete the sentence "the value is …". Never contains the value. */
  readonly name: string;
  /** Returns what to run so that relay-phone gets the secret itself. */
  advise(use: SecretUse): string;
}

/** The command line that runs `program` with the secrets of `file`, or of the environment without one. */
type Wrap = (program: string, file: string | undefined) => string;

function createForm(name: string, wrap: Wrap): SecretForm {
  return { name, advise: ({ command, envPath }) => wrap(`relay-phone ${command}`, envPath) };
}

function through(wrapper: string): Wrap {
  return (program) => `${wrapper} ${program}`;
}

const withOp: Wrap = (program, file) => `op run ${file ? `--env-file=${file} ` : ''}-- ${program}`;
const withDotenvx: Wrap = (program, file) => `dotenvx run ${file ? `-f ${file} ` : ''}-- ${program}`;
const withSops: Wrap = (program, file) => `sops exec-env ${file ?? 'FILE'} '${program}'`;

/** The references and the ciphertext of each manager, by how they begin. */
const VALUE_FORMS: readonly (readonly [pattern: RegExp, form: SecretForm])[] = [
  [/^op:\/\//i, createForm('a reference to 1Password (op://…)', withOp)],
  [/^\{\{ ?op:\/\//, createForm('a reference to 1Password ({{ op://… }})', withOp)],
  [/^encrypted:/, createForm('ciphertext of dotenvx (encrypted:…)', withDotenvx)],
  [/^ENC\[AES256_GCM,/, createForm('ciphertext of sops (ENC[AES256_GCM,…])', withSops)],
  [/^(?:vault|bao):/, createForm('a reference to Vault (vault:…)', through('vault-env'))],
  [
    /^(?:arn:aws[\w-]*:(?:secretsmanager|ssm):|aws-?sm:|\{\{resolve:)/i,
    createForm('a reference to AWS Secrets Manager', through('secret-init')),
  ],
  [
    /^(?:(?:g?sm|berglas):\/\/|projects\/[^/]+\/secrets\/)/,
    createForm('a reference to Google Secret Manager', through('berglas exec --')),
  ],
  [/^@Microsoft\.KeyVault\(/, createForm('a reference to Azure Key Vault', withSecretIn('Azure Key Vault'))],
  [/^ref\+/, createForm('a reference of vals (ref+…)', through('vals exec -f FILE --'))],
  [/^dl:\/\//, createForm('a reference to Dashlane (dl://…)', through('dcli exec --'))],
  [/^keeper:\/\//, createForm('a reference to Keeper (keeper://…)', through('ksm exec --'))],
  [/^pass:\/\//, createForm('a reference to Proton Pass (pass://…)', through('pass-cli run --'))],
  [/^EJ\[1:/, createForm('ciphertext of ejson (EJ[1:…])', withSecretIn('ejson'))],
  [/^-----BEGIN (?:AGE|PGP) /, createForm('ciphertext of age or PGP', withSecretIn('age or gpg'))],
];

function withSecretIn(manager: string): Wrap {
  return (program) => `${program}, from where ${manager} has put the secret into the environment`;
}

/** Neither relay-phone nor Firefox Relay fills in variables. */
const UNFILLED: SecretForm = {
  name: 'a reference to another variable that nothing has expanded',
  advise: ({ key }) => `set ${key} to the value itself, or in the environment, where the shell expands it`,
};
const PLACEHOLDER: SecretForm = {
  name: 'a placeholder of a template ({{…}})',
  advise: ({ key }) => `fill in the template, or set ${key} to the value itself`,
};
const QUOTED: SecretForm = {
  name: 'in quotation marks, which docker run --env-file and docker compose with format: raw keep',
  advise: ({ key }) => `remove the quotation marks around ${key} where it is set`,
};

/**
 * Returns the form of a value that is a reference or ciphertext, and not the value itself; undefined for any other.
 *
 * @example findSecretForm('op://Dev/Twilio/token')?.name // 'a reference to 1Password (op://…)'
 */
export function findSecretForm(value: string): SecretForm | undefined {
  const text = value.trim();
  const known = VALUE_FORMS.find(([pattern]) => pattern.test(text))?.[1];
  if (known) return known;
  if (/\$[{(]|^\$[A-Za-z_]\w*$/.test(text)) return UNFILLED;
  return text.startsWith('{{') && text.endsWith('}}') ? PLACEHOLDER : undefined;
}

/** Returns the form of a value as {@link findSecretForm} does, and also of one that still has its quotation marks. */
export function findUnusableForm(value: string): SecretForm | undefined {
  const text = value.trim();
  const [first = ''] = text;
  const isQuoted = text.length > 1 && `"'`.includes(first) && text.endsWith(first);
  return findSecretForm(isQuoted ? text.slice(1, -1) : text) ?? (isQuoted ? QUOTED : undefined);
}

const COMMAND: SecretForm = {
  name: 'a command (`…`) that no shell has run',
  advise: UNFILLED.advise,
};
const TAG: SecretForm = {
  name: 'a tag of YAML (!…) that nothing has resolved',
  advise: ({ key }) => `set ${key} to the value itself`,
};
const FILE_PATH: SecretForm = {
  name: 'the path of a file, and not what is in it',
  advise: ({ key }) => `set ${key} to what is in the file`,
};
const SAMPLE: SecretForm = {
  name: 'a placeholder, and not a value',
  advise: ({ key }) => `set ${key} to the value that the Twilio Console shows`,
};

/** What stands in the place of credentials of Twilio, which are letters and digits, but may be a value of something else. */
const CREDENTIAL_FORMS: readonly (readonly [pattern: RegExp, form: SecretForm])[] = [
  [/^%\w+%$/, UNFILLED],
  [/^`.*`$/s, COMMAND],
  [/^![A-Za-z]\w* /, TAG],
  [/^(?:~|\.{1,2}|[A-Za-z]:)?[/\\]/, FILE_PATH],
  [/^<.*>$|^(?:your|my|change|replace|insert|todo|x{3,}$|\*{3,}$|\.{3,}$)/i, SAMPLE],
];

/**
 * Returns the form of an account SID or auth token as {@link findUnusableForm} does, and also of a reference to a manager that
 * has no form of its own here, of a path, and of a placeholder.
 */
export function findCredentialForm(value: string): SecretForm | undefined {
  const text = value.trim();
  const [, scheme] = /^([a-z][a-z+-]{1,20}):(?!\\)/i.exec(text) ?? [];
  const known = findUnusableForm(text) ?? CREDENTIAL_FORMS.find(([pattern]) => pattern.test(text))?.[1];
  if (known || scheme === undefined) return known;
  const advise: Wrap = (program) => `${program}, through the program that resolves ${scheme}: references`;
  return createForm(`a reference (${scheme}:…) that nothing has resolved`, advise);
}

/** A file that is ciphertext as a whole. */
export interface SealedFile {
  /** What it is, to complete the sentence "it is …". */
  readonly name: string;
  /** What to run to get the file itself. */
  readonly advice: string;
}

const SEALED_FILES: readonly (readonly [start: string, sealed: SealedFile])[] = [
  ['\0GITCRYPT\0', { name: 'locked by git-crypt', advice: 'git-crypt unlock' }],
  ['Salted__', { name: 'ciphertext of OpenSSL', advice: 'decrypt it with openssl enc -d' }],
  ['U2FsdGVkX1', { name: 'ciphertext of transcrypt or OpenSSL', advice: 'transcrypt, with your password' }],
  ['age-encryption.org/', { name: 'ciphertext of age', advice: 'age --decrypt' }],
  ['-----BEGIN AGE ENCRYPTED FILE', { name: 'ciphertext of age', advice: 'age --decrypt' }],
  ['-----BEGIN PGP MESSAGE', { name: 'ciphertext of PGP', advice: 'gpg --decrypt' }],
  ['$ANSIBLE_VAULT;', { name: 'ciphertext of Ansible Vault', advice: 'ansible-vault decrypt' }],
  ['version https://git-lfs.github.com/', { name: 'a pointer of Git LFS', advice: 'git lfs pull' }],
];
const SOPS_DOCUMENT = /^\{\s*"data":\s*"ENC\[AES256_GCM,/;

/** Returns what kind of ciphertext a file is; undefined for an unknown kind. */
export function findSealedFile(bytes: Buffer): SealedFile | undefined {
  const start = bytes.subarray(0, 256).toString('latin1');
  if (SOPS_DOCUMENT.test(start)) return { name: 'ciphertext of sops', advice: 'sops decrypt' };
  return SEALED_FILES.find(([prefix]) => start.startsWith(prefix))?.[1];
}

/** True if a filter of git with this name encrypts what git stores, as of git-crypt, transcrypt or git-agecrypt. */
export function isEncryptingFilter(name: string): boolean {
  return /crypt|sops|\bage\b|vault|seal/i.test(name);
}
