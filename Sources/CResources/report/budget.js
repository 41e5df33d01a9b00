/** What became of the hours of GPUs: of trials by their state, lost, idle; only where that is known. */
function showBudget(study) {
  const {budget} = study;
  if (!budget || !(budget.offered > 0)) return;
  const section = byId('budget');
  section.hidden = false;
  // Hours of what slots are: a GPU, a share of one, some cores.
  const hour = study.offered_hours > 0 ? study.offered_hours / budget.offered : 1 / 3600;
  const number = (state) => study.trials.filter((trial) => trial.state === state).length;
  const of = {
    completed: ['trials that were completed', 'completed'],
    paused: ['trials that were left paused', 'paused'],
    stopped: ['trials that were stopped early', 'stopped'],
    failed: ['trials that failed', 'failed'],
    running: ['trials that run', 'running'],
  };
  const parts = [
    ...Object.entries(of).filter(([state]) => budget.training[state] > 0)
      .map(([state, [words, mark]]) => [words, mark, budget.training[state], number(state)]),
    ['repeated or lost after failures', 'again', budget.again, null],
    ['loading', 'setup', budget.loading, null],
    ['saving', 'leaving', budget.saving, null],
    ['idle slots', 'idle', budget.idle, null],
  ];
  const bar = element('div', {className: 'bar tall', attributes: {'aria-hidden': 'true'}});
  for (const [, mark, seconds] of parts) {
    if (!(seconds > 0)) continue;
    const share = element('span');
    share.style.flexGrow = seconds / budget.offered;
    share.style.setProperty('--state', `var(--${mark})`);
    bar.append(share);
  }
  const table = plainTable(['spent on', 'hours', 'share, %', 'trials'],
    [...parts.map(([words, , seconds, trials]) =>
      [words, Number((seconds * hour).toPrecision(3)), percentOf(seconds, budget.offered), trials]),
    ['all', Number((budget.offered * hour).toPrecision(3)), 100, study.trials.length]],
    'budget-heading');
  parts.forEach(([, mark], index) => {
    const cell = table.querySelectorAll('tbody th')[index];
    cell.classList.add('swatch');
    cell.style.setProperty('--state', `var(--${mark})`);
  });
  section.append(bar, table,
    note(`${study.hours} of all slots that were there. Paused and stopped trials are those that were not`
      + ' among the best: what they took is what the search paid to find that out. Repeated is what was'
      + ' trained a second time, and what processes that failed or were lost had done since their last'
      + ' report.'));
}
