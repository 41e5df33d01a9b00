"""Protocol B: random search and aging evolution on NAS-Bench-201, as the NATS-Bench authors do.

    python run_nats.py RESULTS [--seeds K] [--only WORD]...

One worker evaluates cells by their accuracy after 12 epochs, at 12 times the seconds of an epoch,
for 20,000 s; reported is the mean accuracy after 200 epochs of the best. Written after the authors'
description (Dong et al., NATS-Bench, TPAMI 2021) and settings (`exps/NATS-algos` of
D-X-Y/AutoDL-Projects): a population of 10, 3 sampled with replacement, cells drawn before are
evaluated and paid again; a mutation chooses a node, then one of its edges, so the first edge is
changed three times as often as one of the last three. `evolution-distinct` differs in that, to
tell its part: any edge is as likely, the sample is without replacement, and no cell comes twice (a
mutation that gave an old one is made again from the choice of the parent on).

Their loop counts the evaluation that passes the budget; here only those that end within it count.
Their seconds include about 3 % of validation, which the table does not have.
"""

import argparse
import collections
import random

import tables
from results import work

BUDGET = 20_000.0
POPULATION, SAMPLE = 10, 3
NODES = [[0], [1, 2], [3, 4, 5]]


class Search:
    """Evaluates cells until the time is over."""

    def __init__(self, table):
        self.table = table
        self.row = {tuple(row.values()): index for index, row in enumerate(table.rows)}
        self.seconds = 0.0
        self.history = []

    def accuracy(self, cell):
        """None when the time is over before the evaluation is."""
        index = self.row[cell]
        seconds = self.seconds + self.table.seconds[index, 0]
        if seconds > BUDGET:
            return None
        self.seconds = seconds
        accuracy = self.table.values[index, 0]
        self.history.append((accuracy, index))
        return accuracy

    def knows(self, cell):
        return any(index == self.row[cell] for _, index in self.history)

    def figures(self):
        # The first of equals, as Python's max has it.
        accuracy, index = max(self.history, key=lambda entry: entry[0])
        return {
            "final": float(self.table.final[index]),
            "best_seen": float(accuracy),
            "best_row": index,
            "makespan": self.seconds,
            "max_resource": 1,
            "trials": len(self.history),
            "reports": len({index for _, index in self.history}),
        }


def draw(chance):
    return tuple(chance.choice(tables.OPERATIONS) for _ in tables.EDGES)


def random_search(search, chance):
    while search.accuracy(draw(chance)) is not None:
        pass


def mutated(cell, edge, chance):
    others = [operation for operation in tables.OPERATIONS if operation != cell[edge]]
    return cell[:edge] + (chance.choice(others),) + cell[edge + 1:]


def child(population, chance, distinct):
    if distinct:
        sample = chance.sample(list(population), SAMPLE)
        edge = chance.randrange(len(tables.EDGES))
    else:
        sample = [chance.choice(population) for _ in range(SAMPLE)]
        edge = chance.choice(chance.choice(NODES))
    parent = max(sample, key=lambda entry: entry[0])
    return mutated(parent[1], edge, chance)


def evolution(search, chance, distinct=False):
    population = collections.deque()
    while True:
        while True:
            grown = len(population) == POPULATION
            cell = child(population, chance, distinct) if grown else draw(chance)
            if not (distinct and search.knows(cell)):
                break
        accuracy = search.accuracy(cell)
        if accuracy is None:
            return
        population.append((accuracy, cell))
        if len(population) > POPULATION:
            population.popleft()


METHODS = {
    "random": random_search,
    "evolution": evolution,
    "evolution-distinct": lambda search, chance: evolution(search, chance, distinct=True),
}


def run(method, table, seed):
    search = Search(table)
    METHODS[method](search, random.Random(seed))
    return search.figures()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("results")
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--only", action="append", default=[])
    arguments = parser.parse_args()
    # Runs are cheap, and the authors' claim is over hundreds.
    seeds = max(arguments.seeds, 100)

    def jobs():
        for name in ("nas201-cifar10_valid", "nas201-cifar100"):
            table = tables.load(name)
            for method in METHODS:
                for seed in range(1, seeds + 1):
                    yield "nats-bench", "2021", method, name, seed, lambda: run(method, table, seed)

    work(arguments.results, jobs(), arguments.only)


if __name__ == "__main__":
    main()
