/** What it takes to run the study again. */
function showReproduction(study) {
  const section = byId('reproduce');
  const origin = study.origin ?? {};
  const runs = study.timeline?.runs ?? [];
  const versions = [...new Set([origin.version, ...runs.map(({version}) => version), study.version])]
    .filter(Boolean);
  const rows = [
    ['Rung', versions.join(', ')],
    ['seed', isFinite(study.seed) ? String(study.seed) : null],
    ['begun', origin.created?.replace('T', ' ').replace(/Z$/, ' UTC')],
    ['study file', origin.file],
    ['git commit', origin.commit && (origin.commit.endsWith('+')
      ? `${origin.commit.slice(0, -1)}, with files that differ from it` : origin.commit)],
    ['site', study.plan?.site],
    ['modules', origin.modules],
  ].filter(([, value]) => value);
  if ((origin.commands ?? []).length > 0) {
    section.append(element('pre', {className: 'output', text: origin.commands.join('\n')}));
  }
  if (rows.length > 0) {
    section.append(element('dl', {className: 'settings'}, ...rows.flatMap(([name, value]) =>
      [element('dt', {text: name}), element('dd', {text: value})])));
  }
  section.append(note(origin.simulated
    ? 'The study was simulated. The same version, file and options give the same study.'
    : 'Every proposal follows from the seed and from what was observed; trials on another machine report'
      + ' at other times, so a second run need not make the same decisions. rung verify makes those of'
      + ' this run again from its journal.'));
  const hashes = origin.hashes ?? [];
  if (hashes.length > 0) {
    section.append(element('h3', {text: 'Files that the command names'}),
      plainTable(['file', 'SHA-256 when the study was begun'],
        hashes.map(({file, sha256}) => [file, sha256]), 'reproduce-heading'));
  }
  if (runs.length > 0) {
    section.append(element('details', {}, element('summary', {text: plural(runs.length, 'run')}),
      plainTable(['began', 'after', 'coordinator on', 'Slurm job', 'Rung'],
        runs.map(({clock, seconds, host, job, version}) => [
          clock > 0 ? new Date(clock * 1000).toISOString().slice(0, 19).replace('T', ' ') + ' UTC'
            : missing,
          duration(seconds), host || missing, isFinite(job) ? String(job) : missing, version || missing,
        ]), 'reproduce-heading')));
  }
  if (origin.text) {
    section.append(element('details', {}, element('summary', {text: 'The study file'}),
      element('pre', {className: 'output', text: origin.text})));
  }
}
