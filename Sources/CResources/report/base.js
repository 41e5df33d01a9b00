/* How much is drawn and written at most, so that 20,000 trials are as quick to open as 1,000. */
const limits = {
  curves: 400,
  bestCurves: 100,
  crowd: 150,
  points: 40000,
  rows: 200,
  groups: 50,
  named: 20,
  improvements: 100,
};

/* The states of trials and studies: their mark in text, in charts, and their colour. */
const states = new Map([
  ['completed', {mark: '●', point: 'circle', dash: [], colour: 'completed'}],
  ['paused', {mark: '■', point: 'rect', dash: [], colour: 'paused'}],
  ['running', {mark: '▲', point: 'triangle', dash: [], colour: 'running'}],
  ['stopped', {mark: '◆', point: 'rectRot', dash: [6, 3], colour: 'stopped'}],
  ['failed', {mark: '✕', point: 'crossRot', dash: [2, 3], colour: 'failed'}],
]);
const otherState = {mark: '○', point: 'circle', dash: [1, 3], colour: 'other'};
const styleOf = (state) => states.get(state) ?? otherState;

const missing = '–';
const byId = (id) => document.getElementById(id);
const {isFinite} = Number;

/** Makes an element. Its text is set as text, never as markup. */
function element(tag, {className = '', text = null, attributes = {}} = {}, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== null) node.textContent = text;
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children.filter((child) => child !== null));
  return node;
}

const note = (text) => element('p', {className: 'note', text});

/** A state's name with its mark and colour. */
function stateLabel(state, text = state) {
  const label = element('span', {className: 'state', text});
  label.dataset.mark = styleOf(state).mark;
  label.style.setProperty('--state', `var(--${styleOf(state).colour})`);
  return label;
}

const count = (value) => Number(value ?? 0).toLocaleString('en');
const plural = (value, one, many = `${one}s`) => `${count(value)} ${value === 1 ? one : many}`;

/** A measured number to six significant digits. */
function rounded(value) {
  if (!isFinite(value)) return missing;
  return String(Number.isInteger(value) ? value : Number(value.toPrecision(6)));
}

/** Seconds in the two largest units that matter. */
function duration(seconds) {
  if (!isFinite(seconds)) return missing;
  if (seconds < 60) return `${Number(seconds.toPrecision(3))} s`;
  const whole = Math.round(seconds);
  const [days, hours, minutes] = [86400, 3600, 60].map((unit) => Math.floor(whole / unit));
  const both = (large, small) => (small.startsWith('0 ') ? large : `${large} ${small}`);
  if (whole < 3600) return both(`${minutes} min`, `${whole % 60} s`);
  if (whole < 86400) return both(`${hours} h`, `${minutes % 60} min`);
  return both(`${days} d`, `${hours % 24} h`);
}

/** Hours of GPUs, as exact as they are worth. */
const hoursWords = (value) => (isFinite(value)
  ? Number(value.toPrecision(value >= 1000 ? 4 : 3)).toLocaleString('en', {maximumSignificantDigits: 4})
  : missing);

/** A setting as it was given to the trial, every digit of it. */
function setting(value) {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}

/** Some names, and how many more there are. */
function some(names, most = limits.named) {
  const shown = names.slice(0, most).join(', ');
  return names.length > most ? `${shown} and ${count(names.length - most)} more` : shown;
}

/** The beginning of a text's first line, where there is room for no more. */
function cutShort(text, most = 40) {
  const line = String(text).split('\n', 1)[0];
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
}

/** Elements by what `keyOf` says of them, in order. */
function groupedBy(list, keyOf) {
  const groups = new Map();
  for (const entry of list) {
    const key = keyOf(entry);
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(entry);
  }
  return groups;
}

function sentence(...parts) {
  return parts.filter(Boolean).join(' ');
}
