function showWinner(study) {
  const section = byId('winner');
  if (!study.best) {
    section.append(note(`There is no winner: no trial has reported a finite ${study.metric} yet.`));
    return;
  }
  const {trial, value, epoch, configuration = {}} = study.best;
  section.append(note(
    `Trial ${trial} reached ${study.metric} ${rounded(value)} at ${study.fidelity} ${epoch}.`));
  const settings = settingsInOrder(study, configuration);
  if (settings.length === 0) {
    section.append(note('Its configuration has no parameters.'));
    return;
  }
  section.append(
    element('dl', {className: 'settings'}, ...settings.flatMap(([name, given]) =>
      [element('dt', {text: name}), element('dd', {text: setting(given)})])),
    element('details', {}, element('summary', {text: 'As JSON'}),
      element('pre', {text: JSON.stringify(Object.fromEntries(settings), null, 2)})));
}

/** The trainings of the winner on the full budget; only in a study with `finish`. */
function showFinish(study) {
  if (!study.finish) return;
  const section = byId('finish');
  section.hidden = false;
  if (study.finish.length === 0) {
    section.append(note('It begins when the search has ended.'));
    return;
  }
  const metrics = [...new Set(study.finish.flatMap(
    (training) => training.metrics.map((metric) => metric.name)))];
  section.append(plainTable(
    ['seed', 'trial', 'state', study.fidelity, ...metrics],
    study.finish.map(({seed, trial, state, epoch, metrics: values}) =>
      [seed, trial, state, epoch, ...valuesOf(values, metrics)]), 'finish-heading'));
}
