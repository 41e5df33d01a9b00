function showAll() {
  let study;
  try {
    study = readStudy();
  } catch (error) {
    byId('heading').append(note(
      'This page holds no readable data; make it again with rung report.'));
    console.error(error);
    return;
  }
  setUpCharts();
  show('heading', () => showHeading(study));
  show('figures', () => showFigures(study));
  show('progress', () => showProgress(study));
  show('winner', () => showWinner(study));
  show('front', () => showFront(study));
  show('finish', () => showFinish(study));
  show('baseline', () => showBaseline(study));
  const markCurve = show('curves', () => showCurves(study)) ?? (() => {});
  show('rungs', () => showRungs(study));
  show('parameters', () => showParameters(study));
  show('importance', () => showImportance(study));
  show('slices', () => showSlices(study));
  show('timeline', () => showTimeline(study));
  show('devices', () => showDevices(study));
  show('budget', () => showBudget(study));
  show('plan', () => showPlan(study));
  show('failures', () => showFailures(study));
  show('trials', () => showTrials(study, markCurve));
  show('reproduce', () => showReproduction(study));
  const pairs = [['rungs', 'importance'], ...(study.plan ? [['budget', 'plan']] : [])];
  for (const [one, other] of pairs) {
    byId(one).classList.toggle('half', !byId(other).hidden);
    byId(other).classList.toggle('half', !byId(one).hidden);
  }
  for (const section of document.querySelectorAll('main > section:not([hidden])')) {
    const link = element('a', {text: section.querySelector('h2').textContent});
    link.href = `#${section.id}`;
    byId('parts').append(element('li', {}, link));
  }
  followScreenAndPrinter();
  requestAnimationFrame(noteDrawn);
}
