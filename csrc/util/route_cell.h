/** @file
 * The place in a key where dispatch remembers its last route.
 *
 * Keys only keep the cell and clear it; what it points to is known to dispatch alone.
 */
#ifndef PSAB_UTIL_ROUTE_CELL_H
#define PSAB_UTIL_ROUTE_CELL_H

#include <stdatomic.h>

struct psab_route_entry;

typedef struct psab_route_cell {
    _Atomic(const struct psab_route_entry *) route;
} psab_route_cell_t;

#endif
