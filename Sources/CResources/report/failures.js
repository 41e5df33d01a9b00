/** What failed, by reason, with the end of what a process of each printed. */
function showFailures(study) {
  const section = byId('failures');
  const {failures} = study;
  const total = study.failure_count ?? failures.length;
  if (total === 0) {
    section.append(note(study.trials.length === 0 ? 'No trial has started yet.'
      : 'No trial has failed.'));
    return;
  }
  const lost = study.trials.filter((trial) => trial.state === 'failed').length;
  section.append(note(sentence(
    `${plural(total, 'process', 'processes')} failed;`,
    `${plural(lost, 'trial', 'trials')} failed for good.`,
    failures.length < total ? `The first ${count(failures.length)} are here.` : '')));
  const groups = [...groupedBy(failures, ({reason}) => reason)]
    .sort(([, a], [, b]) => b.length - a.length);
  const list = element('ul', {className: 'failures'});
  for (const [reason, members] of groups.slice(0, limits.groups)) {
    list.append(failureItem(study, reason || 'no reason recorded', members));
  }
  section.append(list);
  if (groups.length > limits.groups) {
    const others = plural(groups.length - limits.groups, 'further reason');
    section.append(note(`${others}: filter the trials by state=failed.`));
  }
}

/** Text of a terminal without its colours and other controls. */
function withoutControls(text) {
  return text.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, '').replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '');
}

/** The failures of one reason. */
function failureItem(study, reason, members) {
  const hosts = [...new Set(members.map(({host}) => host).filter(Boolean))];
  const trials = [...new Set(members.map(({trial}) => trial))];
  const [first] = members;
  const whose = members.length === 1
    ? sentence(`Trial ${first.trial}, attempt ${first.attempt}, behind ${study.fidelity} ${first.epoch},`,
      `after ${duration(first.seconds)}`)
    : `${count(members.length)} times, trials ${some(trials)}`;
  const item = element('li', {}, element('pre', {className: 'reason', text: withoutControls(reason)}),
    note(`${whose}${hosts.length > 0 ? ` on ${some(hosts)}` : ''}.`));
  const shown = members.find(({output}) => output);
  if (shown) {
    const output = withoutControls(shown.output);
    const lines = output.split('\n');
    item.append(element('details', members.length === 1 || lines.length < 6
      ? {attributes: {open: ''}} : {},
    element('summary', {text: `The end of what trial ${shown.trial} printed, attempt ${shown.attempt}`}),
    element('pre', {className: 'output', text: output})));
  }
  const trial = study.trialWithNumber.get(first.trial);
  const settings = trials.length > 1 || !trial ? []
    : settingsInOrder(study, trial.configuration ?? {});
  if (settings.length > 0) {
    item.append(note(some(settings.map(([name, value]) => `${name}=${setting(value)}`), 30)));
  }
  return item;
}
