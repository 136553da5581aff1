#!/usr/bin/env node
// Starts the built CLI.
import '../dist/cli.js';
