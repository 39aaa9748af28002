/* A vendor's own storage, as small as it can be: nothing of it survives the program. */

#ifndef MEMORY_H
#define MEMORY_H

#include "tillkey.h"

struct piece {
    uint8_t *bytes;
    size_t length;
};

struct memory {
    struct piece slots[8];
    int written[8];
    struct piece *records;
    size_t count;
    /* What the next save or append answers, once. */
    int32_t next_fault;
};

/* Puts the five functions into a device; its context is the memory. */
void memory_into(TillkeyDevice *device, struct memory *memory);
void memory_clear(struct memory *memory);

#endif
