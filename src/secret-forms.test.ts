// Recognising what secret managers leave in place of secrets, and nothing else.
import { describe, expect, it } from 'vitest';
import { findCredentialForm, findSecretForm, findUnusableForm } from './secret-forms.js';

const USE = { command: 'status', key: 'TWILIO_AUTH_TOKEN', envPath: '/app/.env' };

describe('findSecretForm', () => {
  it.each([
    ['op://Dev/Twilio/token', '1Password', 'op run --env-file=/app/.env -- relay-phone status'],
    ['{{ op://Dev/Twilio/token }}', '1Password', 'op run --env-file=/app/.env -- relay-phone status'],
    ['encrypted:BDqDBibm4wsY', 'dotenvx', 'dotenvx run -f /app/.env -- relay-phone status'],
    ['ENC[AES256_GCM,data:abc,tag:x,type:str]', 'sops', "sops exec-env /app/.env 'relay-phone status'"],
    ['vault:secret/data/twilio#TOKEN', 'Vault', 'vault-env relay-phone status'],
    ['vault:v1:8SDd3WHDOjf7mq69C', 'Vault', 'vault-env relay-phone status'],
    ['arn:aws:secretsmanager:eu-west-1:1:secret:twilio', 'AWS', 'secret-init relay-phone status'],
    ['arn:aws-us-gov:ssm:us-gov-west-1:1:parameter/twilio', 'AWS', 'secret-init relay-phone status'],
    ['{{resolve:secretsmanager:twilio}}', 'AWS', 'secret-init relay-phone status'],
    ['sm://project/twilio', 'Google', 'berglas exec -- relay-phone status'],
    ['projects/p/secrets/twilio/versions/latest', 'Google', 'berglas exec -- relay-phone status'],
    ['ref+awssecrets://twilio', 'vals', 'vals exec -f FILE -- relay-phone status'],
    ['dl://twilio/password', 'Dashlane', 'dcli exec -- relay-phone status'],
    ['keeper://uid/field/password', 'Keeper', 'ksm exec -- relay-phone status'],
    ['pass://vault/item/field', 'Proton Pass', 'pass-cli run -- relay-phone status'],
    ['EJ[1:abc=]', 'ejson', 'ejson has put'],
    ['@Microsoft.KeyVault(SecretUri=https://x)', 'Azure', 'Azure Key Vault has put'],
    ['-----BEGIN AGE ENCRYPTED FILE-----', 'age or PGP', 'age or gpg has put'],
    [`\${MY_TOKEN}`, 'another variable', 'set TWILIO_AUTH_TOKEN to the value itself'],
    [`prefix-\${MY_TOKEN:-none}`, 'another variable', 'set TWILIO_AUTH_TOKEN to the value itself'],
    ['$MY_TOKEN', 'another variable', 'set TWILIO_AUTH_TOKEN to the value itself'],
    ['$(op read op://Dev/Twilio/token)', 'another variable', 'set TWILIO_AUTH_TOKEN to the value itself'],
    ['{{ twilio_token }}', 'template', 'fill in the template'],
    [' op://Dev/Twilio/token ', '1Password', 'op run'],
  ])('names the form of %j, and what to run', (value, name, advice) => {
    const form = findSecretForm(value);
    expect(form?.name).toContain(name);
    expect(form?.advise(USE)).toContain(advice);
    expect(`${form?.name} ${form?.advise(USE)}`).not.toContain(value.trim());
  });

  it.each([
    `AC${'0'.repeat(32)}`,
    'a'.repeat(32),
    '+12025550100',
    'https://relay.example.com',
    '127.0.0.1,localhost',
    'postgres://user:pa$s@localhost/db',
    '5$',
    '$5',
    'True',
    'vaults',
    'encrypted',
    '',
  ])('takes %j for the value itself', (value) => {
    expect(findUnusableForm(value)).toBeUndefined();
  });
});

describe('findCredentialForm', () => {
  it.each([
    ['OP://Dev/Twilio/token', '1Password', 'op run'],
    [
      'doppler://project/config/TOKEN',
      'doppler:…',
      'relay-phone status, through the program that resolves doppler:',
    ],
    ['gcp:secretmanager:projects/x', 'gcp:…', 'through the program that resolves gcp:'],
    ['infisical://x', 'infisical:…', 'through'],
    ['akeyless:/twilio', 'akeyless:…', 'through'],
    ['file:/run/secrets/token', 'file:…', 'through'],
    ['/run/secrets/token', 'the path of a file', 'set TWILIO_AUTH_TOKEN to what is in the file'],
    ['C:\\secrets\\token', 'the path of a file', 'set TWILIO_AUTH_TOKEN to what is in the file'],
    ['~/token', 'the path of a file', 'set TWILIO_AUTH_TOKEN to what is in the file'],
    ['%MY_TOKEN%', 'another variable', 'set TWILIO_AUTH_TOKEN to the value itself'],
    ['`op read op://a/b`', 'no shell has run', 'set TWILIO_AUTH_TOKEN to the value itself'],
    ['!secret twilio_token', 'a tag of YAML', 'set TWILIO_AUTH_TOKEN to the value itself'],
    ['<your-token>', 'a placeholder', 'Console'],
    ['your_auth_token', 'a placeholder', 'Console'],
    ['changeme', 'a placeholder', 'Console'],
    ['x'.repeat(32), 'a placeholder', 'Console'],
    ['"encrypted:abc"', 'dotenvx', 'dotenvx run'],
  ])('names the form of %j, and what to do', (value, name, advice) => {
    const form = findCredentialForm(value);
    expect(form?.name).toContain(name);
    expect(form?.advise(USE)).toContain(advice);
    expect(`${form?.name} ${form?.advise(USE)}`).not.toContain(value);
  });

  it.each([`AC${'0'.repeat(32)}`, 'a'.repeat(32), `SK${'0'.repeat(32)}:secret`, 'abc', ''])(
    'takes %j for the value itself',
    (value) => {
      expect(findCredentialForm(value)).toBeUndefined();
    },
  );
});

describe('findUnusableForm', () => {
  it.each([`"${'a'.repeat(32)}"`, `'${'a'.repeat(32)}'`, '""'])(
    'names the quotation marks of %j',
    (value) => {
      expect(findUnusableForm(value)?.name).toContain('docker run --env-file');
      expect(findUnusableForm(value)?.advise(USE)).toBe(
        'remove the quotation marks around TWILIO_AUTH_TOKEN where it is set',
      );
      expect(findSecretForm(value)).toBeUndefined();
    },
  );

  it('names the reference inside of quotation marks', () => {
    expect(findUnusableForm('"op://Dev/Twilio/token"')?.name).toContain('1Password');
  });

  it('leaves a single or an unpaired quotation mark alone', () => {
    for (const value of ['"', `"abc'`, "it's"]) expect(findUnusableForm(value)).toBeUndefined();
  });

  it('names the environment as the source if the value is not in the file', () => {
    expect(findUnusableForm('op://a/b/c')?.advise({ ...USE, envPath: undefined })).toBe(
      'op run -- relay-phone status',
    );
  });
});
