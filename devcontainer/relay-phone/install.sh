#!/bin/sh
# Installs relay-phone in a dev container, as its feature (https://containers.dev/implementors/features/).
set -eu

package="${PACKAGE:-relay-phone@0.1.0}"

# The Node.js of the dev containers' own feature is only on the PATH of a login.
if ! command -v npm >/dev/null 2>&1 && [ -x /usr/local/share/nvm/current/bin/npm ]; then
  PATH="/usr/local/share/nvm/current/bin:$PATH"
  export PATH
fi
if ! command -v npm >/dev/null 2>&1; then
  echo "relay-phone needs Node.js 20.19 or newer: add the feature ghcr.io/devcontainers/features/node:1" >&2
  exit 1
fi
if ! node -e 'const [major, minor] = process.versions.node.split(".").map(Number); process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)'; then
  echo "relay-phone needs Node.js 20.19 or newer, and this is $(node --version)" >&2
  exit 1
fi

npm install --global --ignore-scripts --no-audit --no-fund "$package"
relay-phone --version
