"""The same tests by SciPy, for blocks that come as JSON on the command line."""
import itertools
import json
import math
import sys

import numpy as np
from scipy import stats


def answer(values):
    blocks = np.array(values)
    n, k = blocks.shape
    found = {"ranks": stats.rankdata(blocks, axis=1).mean(axis=0).tolist()}
    # Of fewer than three treatments SciPy has no test of Friedman: then by hand.
    if k > 2:
        found["chi_squared"] = stats.friedmanchisquare(*blocks.T).statistic
    else:
        ranks = stats.rankdata(blocks, axis=1)
        ties = sum(float((c ** 3 - c).sum()) for row in blocks
                   for c in [np.unique(row, return_counts=True)[1]])
        found["chi_squared"] = float(
            (12 / (n * k * (k + 1)) * (ranks.sum(axis=0) ** 2).sum() - 3 * n * (k + 1))
            / (1 - ties / (n * k * (k * k - 1))))
    f = (n - 1) * found["chi_squared"] / (n * (k - 1) - found["chi_squared"])
    found["friedman"] = float(stats.f.sf(f, k - 1, (k - 1) * (n - 1)))
    unit = math.sqrt(k * (k + 1) / (6 * n))
    found["critical"] = [
        float(stats.studentized_range.ppf(1 - level, k, np.inf) / math.sqrt(2) * unit)
        for level in (0.05, 0.1)]
    pairs = list(itertools.combinations(range(k), 2))
    found["nemenyi"] = [
        float(stats.studentized_range.sf(
            abs(found["ranks"][i] - found["ranks"][j]) / unit * math.sqrt(2), k, np.inf))
        for i, j in pairs]
    found["wilcoxon"] = [signed_rank(blocks[:, i] - blocks[:, j]) for i, j in pairs]
    found["holm"] = holm(found["wilcoxon"])
    return found


def signed_rank(differences):
    sizes = np.abs(differences)
    if len(sizes) <= 50 and len(set(sizes)) == len(sizes) and 0 not in sizes:
        return float(stats.wilcoxon(differences, method="exact").pvalue)
    if not sizes.any():
        return 1.0
    # To keep the ranks of zeros, or to give half to either side, leaves the same deviation.
    return float(stats.wilcoxon(differences, zero_method="pratt", method="asymptotic").pvalue)


def holm(values):
    order = np.argsort(values, kind="stable")
    steps = np.array(values)[order] * (len(values) - np.arange(len(values)))
    adjusted = np.empty(len(values))
    adjusted[order] = np.minimum(1, np.maximum.accumulate(steps))
    return adjusted.tolist()


print(json.dumps([answer(values) for values in json.load(open(sys.argv[1]))]))
