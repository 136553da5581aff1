// Checks that CHANGELOG.md has a section for the version of a release, and nothing that is not in it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @param {{ root: string, version: string }} checkout
 * @returns {import('./run.js').Problem | undefined}
 */
export function checkChangelog({ root, version }) {
  const sections = readSections(readFileSync(join(root, 'CHANGELOG.md'), 'utf8'));
  const unreleased = sections.find(({ title }) => title === 'Unreleased');
  const [newest] = sections.filter(({ title }) => title !== 'Unreleased');
  const today = new Date().toISOString().slice(0, 10);
  const heading = `"## ${version} - ${today}"`;

  if (newest?.version !== version) {
    return {
      what: `CHANGELOG.md has no section for ${version}`,
      why: `its newest version is ${newest?.title ?? 'missing'}`,
      next: unreleased
        ? [
            `in line ${unreleased.line}, change "## Unreleased" to ${heading}, and write a new "## Unreleased" above it`,
          ]
        : [`write ${heading} with what users notice`],
    };
  }
  if (Number.isNaN(Date.parse(newest.date))) {
    return {
      what: `the section of ${version} in CHANGELOG.md has no date`,
      why: `line ${newest.line} is "## ${newest.title}"`,
      next: [`change it to ${heading}`],
    };
  }
  if (newest.text === '') {
    return {
      what: `the section of ${version} in CHANGELOG.md is empty`,
      why: `nothing is below line ${newest.line}`,
      next: ['write there what users notice'],
    };
  }
  if (unreleased && unreleased.text !== '') {
    return {
      what: 'CHANGELOG.md has entries below "## Unreleased"',
      why: `${version} would contain what they describe`,
      next: [
        `move what is below line ${unreleased.line} into the section of ${version}`,
        'if that version was released: npm version patch --no-git-tag-version (or minor, or major)',
      ],
    };
  }
  return undefined;
}

/**
 * The sections of the second level, in their order. The line is that of the heading, from 1.
 * @param {string} changelog
 */
function readSections(changelog) {
  const lines = changelog.split('\n');
  const starts = lines.flatMap((line, index) => (line.startsWith('## ') ? [index] : []));
  return starts.map((start, index) => {
    const title = (lines[start] ?? '').slice('## '.length).trim();
    const [version = '', date = ''] = title.split(' - ');
    const text = lines
      .slice(start + 1, starts[index + 1])
      .join('\n')
      .trim();
    return { title, version, date, text, line: start + 1 };
  });
}
