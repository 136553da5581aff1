#!/usr/bin/env node
// Starts the built CLI.
require('../dist/cli.cjs');
