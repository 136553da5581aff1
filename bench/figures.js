// Medians, and the printed line of a figure with its bar.

/** @param {readonly number[]} values @returns {number} */
export function median(values) {
  return percentile(values, 50);
}

/** @param {readonly number[]} values @param {number} percent @returns {number} */
export function percentile(values, percent) {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length * percent) / 100)] ?? Number.NaN;
}

/** @param {number} value a figure that may at most be `bar` @param {string} unit @param {string} details */
export function reportAtMost(name, value, bar, unit, details) {
  report(name, value, `at most ${bar}`, unit, details, value <= bar);
}

/** @param {number} value a figure that must at least be `bar` @param {string} unit @param {string} details */
export function reportAtLeast(name, value, bar, unit, details) {
  report(name, value, `at least ${bar}`, unit, details, value >= bar);
}

function report(name, value, bar, unit, details, met) {
  if (!met) process.exitCode = 1;
  const figure = unit === 'x' ? value.toFixed(2) : value.toFixed(0);
  process.stdout.write(
    `${met ? '  met' : 'MISSED'} ${name}: ${figure} ${unit} (bar ${bar} ${unit}; ${details})\n`,
  );
}
