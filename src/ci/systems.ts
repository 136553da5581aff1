// The supported CI systems: where their pipeline file goes, and what to do next.

/** The names of the CI systems on the command line. */
export const CI_SYSTEM_NAMES = ['github', 'gitlab', 'circleci'] as const;

/** See {@link CI_SYSTEM_NAMES}. */
export type CiSystemName = (typeof CI_SYSTEM_NAMES)[number];

/** One CI system. */
export interface CiSystem {
  readonly name: CiSystemName;
  /** The name for people. */
  readonly title: string;
  /** The pipeline's path from the root of the repository, with slashes. */
  readonly path: string;
  /** What to do after the file is written, most urgent first. */
  readonly next: readonly string[];
}

const SECRETS = 'TWILIO_TEST_ACCOUNT_SID and TWILIO_TEST_AUTH_TOKEN';
const UNTIL_THEN = 'until then the checks with the test account are skipped';

const SYSTEMS: Readonly<Record<CiSystemName, Omit<CiSystem, 'name'>>> = {
  github: {
    title: 'GitHub Actions',
    path: '.github/workflows/relay-phone.yml',
    next: [
      'commit the file and push it',
      `gh secret set TWILIO_TEST_ACCOUNT_SID and gh secret set TWILIO_TEST_AUTH_TOKEN; ${UNTIL_THEN}`,
    ],
  },
  gitlab: {
    title: 'GitLab CI',
    path: '.gitlab/relay-phone.yml',
    next: [
      'add to .gitlab-ci.yml: include: [{ local: .gitlab/relay-phone.yml }], or add the line to the existing list',
      `add ${SECRETS} under Settings > CI/CD > Variables, masked and protected; ${UNTIL_THEN}`,
    ],
  },
  circleci: {
    title: 'CircleCI',
    path: '.circleci/config.yml',
    next: [
      'commit the file and push it',
      `add ${SECRETS} under Project Settings > Environment Variables; ${UNTIL_THEN}`,
    ],
  },
};

/** Returns the CI system of a name. */
export function getCiSystem(name: CiSystemName): CiSystem {
  return { name, ...SYSTEMS[name] };
}
