// zlib's file interface, which reads a plain file and a gzip file alike.
#include <zlib.h>
