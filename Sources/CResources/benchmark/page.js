/** Everything that the page shows. */
function showBenchmark() {
  const benchmark = JSON.parse(byId('rung-data').textContent);
  document.title = `${benchmark.campaign} - Rung benchmark`;
  byId('campaign-name').textContent = benchmark.campaign;
  byId('heading').append(element('p', {className: 'muted', text: sentence(
    `${plural(benchmark.methods.length, 'method')} on ${plural(benchmark.studies.length, 'study', 'studies')}`,
    `with ${plural(benchmark.seeds, 'seed')} and ${plural(benchmark.slots, 'trial')} at a time, in virtual time:`,
    `${count(benchmark.ended)} of ${plural(benchmark.runs, 'run')} have ended.`,
    benchmark.value === 'trained'
      ? 'The value of a run is what training the best trial so far out would find.'
      : 'The value of a run is the best that any trial has reported.')}));
  setUpCharts();
  if (benchmark.rows.length === 0) {
    byId('heading').append(note('Nothing can be compared yet.'));
    for (const section of document.querySelectorAll('section')) section.hidden = true;
  } else {
    show('choices', () => showChoices(benchmark));
    show('differences', () => showDifferences(benchmark));
    show('means', () => showMeans(benchmark));
    show('study', () => showStudy(benchmark));
    show('table', () => showTable(benchmark));
    show('pairs', () => showPairs(benchmark));
  }
  byId('footer').append(note(`Rung ${benchmark.rung}`));
  followScreenAndPrinter();
  requestAnimationFrame(noteDrawn);
}
