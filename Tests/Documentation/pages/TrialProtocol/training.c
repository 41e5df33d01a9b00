/* What the page's program calls and does not show. */
double train_one_epoch(double rate) { return 1 - rate; }
