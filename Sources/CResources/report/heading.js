function showHeading(study) {
  document.title = `${study.study} · Rung report`;
  byId('study-name').textContent = study.study;
  const badge = stateLabel(study.state);
  badge.classList.add('badge');
  byId('study-name').after(badge);
  const when = String(study.generated ?? '').replace('T', ' ').replace(/Z$/, ' UTC');
  const goal = study.goal === 'minimize' ? 'Minimises' : 'Maximises';
  byId('heading').append(element('p', {className: 'muted', text: [
    `${goal} ${study.metric}`,
    study.algorithm,
    study.fidelity_max ? `${study.fidelity} up to ${study.fidelity_max}` : study.fidelity,
    when && (study.state === 'running' ? `still running; as of ${when}` : `as of ${when}`),
  ].filter(Boolean).join(' · ')}));
  byId('footer').textContent =
    sentence('Made by Rung', study.version && `${study.version}`, when && `on ${when}.`,
      'Charts by Chart.js, in colours of Okabe and Ito that the colour-blind can tell apart.');
}

function showFigures(study) {
  const {counts, best} = study;
  const busy = isFinite(study.utilization)
    ? `${rounded(Math.round(study.utilization * 1000) / 10)} % utilised` : null;
  const figures = [
    [`best ${study.metric}`, rounded(best?.value),
      best ? `trial ${best.trial}, ${study.fidelity} ${best.epoch}` : 'no report yet'],
    ['trials', count(counts.total ?? study.trials.length),
      counts.failed ? `${count(counts.failed)} failed` : null],
    ['time', duration(study.elapsed_seconds), study.state === 'running' ? 'so far' : null],
    ['slots', isFinite(study.slots) ? count(study.slots) : missing, busy],
    [study.hours, hoursWords(study.gpu_hours), null],
  ];
  if (isFinite(study.baseline)) {
    figures.push(['baseline', rounded(study.baseline), baselineWords(study).short]);
  }
  const cards = figures.map(([name, value, more]) =>
    element('div', {}, element('dt', {text: name}), element('dd', {text: value}),
      more === null ? null : element('dd', {text: more})));
  byId('figures').append(element('dl', {className: 'figures'}, ...cards));

  const known = [...states.keys()].filter((state) => counts[state] > 0);
  if (known.length === 0) return;
  const bar = element('div', {className: 'bar', attributes: {'aria-hidden': 'true'}});
  for (const state of known) {
    const share = element('span');
    share.style.flexGrow = counts[state];
    share.style.setProperty('--state', `var(--${styleOf(state).colour})`);
    bar.append(share);
  }
  byId('figures').append(bar, element('ul', {className: 'counts'}, ...known.map((state) =>
    element('li', {}, stateLabel(state, `${count(counts[state])} ${state}`)))));
}

/** When the baseline was passed, after how many hours of GPUs, and by how many configurations. */
function baselineWords(study) {
  const passed = (study.better_over_time ?? []);
  const name = `The baseline of ${rounded(study.baseline)} (dashed)`;
  if (passed.length === 0) return {short: 'not passed', long: `${name} was not passed.`};
  const [[seconds, hours], last] = [passed[0], passed[passed.length - 1]];
  return {
    short: `passed after ${duration(seconds)}`,
    long: sentence(
      `${name} was passed after ${duration(seconds)} and ${hoursWords(hours)} ${study.hours};`,
      `${plural(last[2], 'different configuration is', 'different configurations are')}`,
      'better than it.'),
  };
}
