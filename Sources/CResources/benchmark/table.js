/** Numbers by size, words by language, what is missing always last. */
function comparedBy(get, direction) {
  const collator = new Intl.Collator('en', {numeric: true});
  return (a, b) => {
    const [first, second] = [get(a) ?? null, get(b) ?? null];
    if (first === null || second === null) return (first === null) - (second === null);
    return direction * (typeof first === 'number' ? first - second : collator.compare(first, second));
  };
}

/** A table whose headings sort it. */
function sortableTable(columns, rows, label, first) {
  let order = first;
  const body = element('tbody');
  const headers = columns.map((column, index) => {
    const button = element('button', {text: column.label, attributes: {type: 'button'}});
    button.addEventListener('click', () => {
      const direction = order.column === index ? -order.direction : 1;
      order = {column: index, direction};
      write();
    });
    return element('th', {className: column.isNumber ? 'number' : '', attributes: {scope: 'col'}}, button);
  });
  const cell = (column, row, index) => element(index === 0 ? 'th' : 'td', {
    className: column.isNumber ? 'number' : '',
    text: String(column.text ? column.text(row) : column.get(row) ?? missing),
    attributes: index === 0 ? {scope: 'row'} : {},
  });
  function write() {
    const sorted = [...rows].sort(comparedBy(columns[order.column].get, order.direction));
    body.replaceChildren(...sorted.map((row) =>
      element('tr', {}, ...columns.map((column, index) => cell(column, row, index)))));
    headers.forEach((header, index) => {
      header.removeAttribute('aria-sort');
      if (index === order.column) {
        header.setAttribute('aria-sort', order.direction > 0 ? 'ascending' : 'descending');
      }
    });
  }
  write();
  const frame = element('div', {className: 'table', attributes: {
    tabindex: 0, role: 'region', 'aria-labelledby': label,
  }}, element('table', {}, element('thead', {}, element('tr', {}, ...headers)), body));
  frame.replaceRows = (others) => {
    rows = others;
    write();
  };
  return frame;
}

/** What each method came to on each study. */
function showTable(benchmark) {
  const section = byId('table');
  const spread = (label, key, digits) => ({
    label,
    isNumber: true,
    get: (row) => row[key]?.mean,
    text: (row) => {
      const value = row[key];
      if (value === undefined) return missing;
      const short = (number) => String(Number(number.toPrecision(digits)));
      return row.seeds > 1 ? `${short(value.mean)} ± ${String(Number(value.deviation.toPrecision(2)))}` : short(value.mean);
    },
  });
  const columns = [
    {label: 'study', get: (row) => row.study},
    {label: 'method', get: (row) => row.method},
    {label: 'seeds', get: (row) => row.seeds, isNumber: true},
    spread('value', 'value', 5),
    spread('regret', 'regret', 3),
    spread('normalised', 'normalized_regret', 3),
    spread('seconds', 'seconds', 4),
    spread('epochs', 'epochs', 4),
    spread('trials', 'trials', 4),
    spread('largest', 'max_resource', 3),
    spread('used', 'utilization', 3),
  ];
  const table = sortableTable(columns, benchmark.rows, 'table-heading', {column: 5, direction: 1});
  const choice = element('select', {attributes: {id: 'rows-of'}},
    element('option', {text: 'all studies', attributes: {value: ''}}),
    ...benchmark.studies.map(({label}) => element('option', {text: label, attributes: {value: label}})));
  choice.addEventListener('change', () => table.replaceRows(
    benchmark.rows.filter((row) => choice.value === '' || row.study === choice.value)));
  section.append(
    element('div', {className: 'controls'}, element('label', {attributes: {for: 'rows-of'}}, 'Rows of'), choice),
    note('Means over seeds with standard deviations, when each run has ended. A heading sorts.'), table);
  const without = benchmark.rows.filter((row) => row.without_value > 0);
  if (without.length > 0) {
    section.append(note(`Some runs have no value: ${some(without.map((row) =>
      `${row.without_value} of ${row.method} on ${row.study}`))}. Their normalised regret is 1.`));
  }
  if (benchmark.missing.length > 0) section.append(note(`No result yet: ${some(benchmark.missing)}.`));
}
