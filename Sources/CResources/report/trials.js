/** The columns of the table of trials: how each is sorted, searched and written. */
function columnsOf(study) {
  const number = (name, label, get, text = rounded) =>
    ({name, label, get, isNumber: true, text: (trial) => text(get(trial))});
  const columns = [
    number('trial', 'trial', (trial) => trial.trial, String),
    {name: 'state', label: 'state', get: (trial) => trial.state, text: (trial) => trial.state},
    {
      ...number('value', study.metric, (trial) => trial.value),
      text: (trial) => (trial.value === null && trial.epoch ? 'not finite' : rounded(trial.value)),
      alias: study.metric,
      first: study.goal === 'minimize' ? 1 : -1,
    },
    number('epoch', study.fidelity, (trial) => trial.epoch),
    ...study.parameters.map((parameter) => {
      const get = (trial) => settingOf(trial, parameter);
      return {
        name: parameter,
        label: parameter,
        get,
        isNumber: study.trials.every((trial) =>
          ['number', 'undefined'].includes(typeof get(trial))),
        text: (trial) => {
          const value = get(trial);
          if (value === undefined) return missing;
          return typeof value === 'number' ? rounded(value) : setting(value);
        },
      };
    }),
    number('attempts', 'attempts', (trial) => trial.attempts),
    number('started', 'started', (trial) => trial.started, duration),
    number('ended', 'ended', (trial) => trial.ended, duration),
    {
      name: 'hosts', label: 'hosts', get: (trial) => (trial.hosts ?? []).join(', ') || null,
      text: (trial) => some(trial.hosts ?? [], 4) || missing,
    },
    {
      name: 'reason', label: 'reason', isWide: true, get: (trial) => trial.reason || null,
      text: (trial) => cutShort(trial.reason || missing, 160),
    },
  ];
  return columns;
}

/** Numbers by size and before words, words by language, what is missing always last. */
function compareKeys(a, b, direction, collator) {
  if (a === null || b === null) return (a === null) - (b === null);
  const areNumbers = [typeof a === 'number', typeof b === 'number'];
  if (areNumbers[0] !== areNumbers[1]) return areNumbers[0] ? -1 : 1;
  return direction * (areNumbers[0] ? a - b : collator.compare(a, b));
}

/** What a column is sorted by: a number, a word, or null. */
function sortKey(value) {
  if (typeof value === 'number') return isFinite(value) ? value : null;
  return value === null || value === undefined ? null : setting(value);
}

/**
 * Understands the filter: words of which each must occur in a row, and comparisons such as
 * `width=64` or `value>0.9`, whose name must be a column's.
 */
function filterOf(columns, typed) {
  const tests = [];
  for (const word of typed.trim().split(/\s+/).filter(Boolean)) {
    const [, name, operator, wanted] = /^([^<>=]+)(<=|>=|<|>|=)(.+)$/.exec(word) ?? [];
    const column = columns.find((candidate) => [candidate.name, candidate.alias].includes(name));
    if (!name || !column) {
      tests.push((row) => row.words().includes(word.toLowerCase()));
      continue;
    }
    const asNumber = Number(wanted);
    tests.push((row) => {
      const value = sortKey(column.get(row.trial));
      if (value === null) return false;
      if (operator === '=') {
        return typeof value === 'number' && value === asNumber
          || setting(value).toLowerCase() === wanted.toLowerCase();
      }
      if (typeof value !== 'number' || Number.isNaN(asNumber)) return false;
      return {'<': value < asNumber, '>': value > asNumber,
        '<=': value <= asNumber, '>=': value >= asNumber}[operator];
    });
  }
  return (row) => tests.every((test) => test(row));
}

/** Writes a trial as a row of the table. */
function tableRow(columns, trial) {
  const row = element('tr');
  row.dataset.trial = trial.trial;
  for (const column of columns) {
    const text = column.text(trial);
    if (column.name === 'trial') {
      // One stop of the tab key for the whole column; the arrow keys go on from there.
      const attributes = {type: 'button', tabindex: -1};
      const button = element('button', {className: 'plain', text, attributes});
      row.append(element('th', {attributes: {scope: 'row'}}, button));
    } else if (column.name === 'state') {
      row.append(element('td', {}, stateLabel(text)));
    } else {
      const className = column.isNumber ? 'number'
        : column.isWide ? (text.length > 80 ? 'wide' : 'line') : text.length > 24 ? 'word' : '';
      row.append(element('td', {className, text}));
    }
  }
  return row;
}

/** Shows the table of trials; `markCurve` is called with the number of a trial that was chosen. */
function showTrials(study, markCurve) {
  const section = byId('trials');
  if (study.trials.length === 0) {
    section.append(note('No trial has started yet.'));
    return;
  }
  const columns = columnsOf(study);
  const collator = new Intl.Collator('en', {numeric: true});
  const rows = study.trials.map((trial) => {
    let words = null;
    const all = () => columns.map((column) => setting(column.get(trial) ?? '')).join('\n');
    return {trial, words: () => (words ??= all().toLowerCase())};
  });
  const byValue = columns.find((column) => column.name === 'value');
  let order = {column: byValue, direction: byValue.first};
  let visible = rows;
  let shown = limits.rows;

  const filter = element('input', {attributes: {
    type: 'search', id: 'filter', autocomplete: 'off', spellcheck: 'false',
    'aria-describedby': 'filter-help',
  }});
  const status = element('p', {className: 'note', attributes: {
    'aria-live': 'polite', id: 'trials-shown',
  }});
  const headers = columns.map((column) => {
    const button = element('button', {text: column.label, attributes: {type: 'button'}});
    button.addEventListener('click', () => {
      const again = order.column === column;
      order = {column, direction: again ? -order.direction : column.first ?? 1};
      sort();
    });
    const className = column.isNumber ? 'number' : '';
    return element('th', {className, attributes: {scope: 'col'}}, button);
  });
  const body = element('tbody');
  const more = element('button', {className: 'push', attributes: {type: 'button'}});

  function sort() {
    const {column, direction} = order;
    const keyed = rows.map((row) => [sortKey(column.get(row.trial)), row]);
    keyed.sort(([a, rowA], [b, rowB]) =>
      compareKeys(a, b, direction, collator) || rowA.trial.trial - rowB.trial.trial);
    keyed.forEach(([, row], index) => { rows[index] = row; });
    headers.forEach((header, index) => {
      header.removeAttribute('aria-sort');
      if (columns[index] !== column) return;
      header.setAttribute('aria-sort', direction > 0 ? 'ascending' : 'descending');
    });
    select();
  }

  function select() {
    const isWanted = filterOf(columns, filter.value);
    visible = filter.value.trim() === '' ? rows : rows.filter(isWanted);
    shown = limits.rows;
    body.replaceChildren();
    write(0);
    body.querySelector('button')?.setAttribute('tabindex', 0);
  }

  function write(from) {
    body.append(...visible.slice(from, shown).map((row) => tableRow(columns, row.trial)));
    const left = Math.max(0, visible.length - shown);
    more.hidden = left === 0;
    more.textContent = `Show ${count(Math.min(left, limits.rows))} more`;
    const these = `${count(body.rows.length)} of ${plural(visible.length, 'trial')}`;
    status.textContent = visible.length === 0 ? 'No trial matches the filter.'
      : visible.length === rows.length ? `Showing ${these}.`
        : `Showing ${these} that match, of ${count(rows.length)} in all.`;
  }

  let waiting = 0;
  filter.addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = setTimeout(select, rows.length > 2000 ? 120 : 0);
  });
  more.addEventListener('click', () => {
    const from = shown;
    shown += limits.rows;
    write(from);
    body.rows[from]?.querySelector('button').focus();
  });
  body.addEventListener('click', (event) => {
    const button = event.target.closest('button');
    if (button) markCurve(Number(button.closest('tr').dataset.trial));
  });
  body.addEventListener('keydown', (event) => {
    const moves = {ArrowDown: 'nextElementSibling', ArrowUp: 'previousElementSibling'};
    const row = Object.hasOwn(moves, event.key) && event.target.closest('tr')?.[moves[event.key]];
    if (!row) return;
    event.preventDefault();
    event.target.tabIndex = -1;
    const next = row.querySelector('button');
    next.tabIndex = 0;
    next.focus();
  });

  section.append(
    element('div', {className: 'controls'},
      element('label', {attributes: {for: 'filter'}}, 'Filter'), filter),
    element('p', {className: 'note screen', attributes: {id: 'filter-help'}, text: sentence(
      'Words, or comparisons such as state=failed or value>0.5 with the name of any column; all',
      'must hold. A click on a heading sorts, a click on the number of a trial marks its curve.',
    )}),
    element('div', {className: 'table', attributes: {
      tabindex: 0, role: 'region', 'aria-labelledby': 'trials-heading',
    }}, element('table', {className: 'trials'},
      element('thead', {}, element('tr', {}, ...headers)), body)),
    status, more);
  sort();
}
