// Asks env-ci and ci-info (npm), which read the variables of CI servers as nospill does, what they make of this environment, and
// fails where they see another server, another commit, another branch, or a pull request where nospill sees none. What
// `nospill ci --plan` said stands in SAID. Run by ci/servers.sh for every environment of tests/it/providers.rs.
import { execFileSync } from 'node:child_process';
import assert from 'node:assert/strict';
import envCi from 'env-ci';
import ciInfo from 'ci-info';

// A base that the job hands over is nothing the server told, and neither knows GitLab before version 9.
if (process.env.NOSPILL_BASE || process.env.CI_BUILD_REF) {
  process.exit(0);
}
const [, name, why] = process.env.SAID.match(/^nospill: (.+?): (.+)$/m);
const services = {
  'Azure Pipelines': ['azurePipelines', 'AZURE_PIPELINES'],
  'GitHub Actions': ['github', 'GITHUB_ACTIONS'],
  'GitLab CI': ['gitlab', 'GITLAB'],
  Jenkins: ['jenkins', 'JENKINS'],
  'Bitbucket Pipelines': ['bitbucket', 'BITBUCKET'],
  CircleCI: ['circleci', 'CIRCLE'],
  Buildkite: ['buildkite', 'BUILDKITE'],
  TeamCity: ['teamcity', 'TEAMCITY'],
};
const read = envCi({ env: process.env, cwd: process.cwd() });
assert.deepEqual([read.service, ciInfo.id], services[name]);
const head = execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();
assert.equal(read.commit, head);

// Neither knows merge queues, GitLab's pipelines for pull requests of another host, or pull requests of TeamCity; env-ci none of
// Bitbucket, ci-info neither pull_request_target nor those that Jenkins' plugin for GitLab builds. CircleCI does not tell the base.
const { env } = process;
const unknown = env.BUILDKITE_MERGE_QUEUE_BASE_COMMIT || env.CI_EXTERNAL_PULL_REQUEST_IID || env.GITHUB_EVENT_NAME === 'merge_group'
  || name === 'TeamCity';
const base = why.match(/^what the pull request adds to (.+)$/)?.[1];
const isChange = base !== undefined || Boolean(env.CIRCLE_PULL_REQUEST);
if (!unknown && env.GITHUB_EVENT_NAME !== 'pull_request_target' && !env.gitlabMergeRequestId) {
  assert.equal(Boolean(ciInfo.isPR), isChange, `ci-info: ${why}`);
}
if (!unknown && name !== 'Bitbucket Pipelines') {
  assert.equal(Boolean(read.isPr), isChange, `env-ci: ${why}`);
  assert.equal(read.pr ? String(read.pr) : undefined, isChange ? '7' : undefined);
  // Of a pull request this is the target, which Jenkins' multibranch jobs do not show it.
  if (base?.startsWith('origin/') && read.branch) {
    assert.equal(`origin/${read.branch}`, base);
  }
}
if (!isChange && why.startsWith('all that the default branch')) {
  assert.match(read.branch, /^(refs\/heads\/|origin\/)?main$/);
}
