#include "memory.h"

#include <stdlib.h>
#include <string.h>

static int put(struct piece *piece, const uint8_t *bytes, size_t length) {
    uint8_t *copy = malloc(length + 1);
    if (copy == NULL) {
        return -1;
    }
    if (length > 0) {
        memcpy(copy, bytes, length);
    }
    free(piece->bytes);
    piece->bytes = copy;
    piece->length = length;
    return 0;
}

static int32_t fault_of(struct memory *memory) {
    int32_t fault = memory->next_fault;
    memory->next_fault = 0;
    return fault;
}

static int32_t load(void *context, int32_t slot, TillkeySink *sink) {
    struct memory *memory = context;
    if (!memory->written[slot]) {
        return 0;
    }
    const struct piece *piece = &memory->slots[slot];
    return tillkey_give(sink, piece->bytes, piece->length) == 0
               ? 0
               : TILLKEY_STORAGE_FAULT_DAMAGED;
}

static int32_t save(void *context, int32_t slot, const uint8_t *bytes, size_t length) {
    struct memory *memory = context;
    int32_t fault = fault_of(memory);
    if (fault != 0) {
        return fault;
    }
    if (put(&memory->slots[slot], bytes, length) != 0) {
        return TILLKEY_STORAGE_FAULT_FULL;
    }
    memory->written[slot] = 1;
    return 0;
}

static int32_t read_log(void *context, TillkeySink *sink) {
    struct memory *memory = context;
    for (size_t at = 0; at < memory->count; at++) {
        const struct piece *record = &memory->records[at];
        if (tillkey_give(sink, record->bytes, record->length) != 0) {
            return TILLKEY_STORAGE_FAULT_DAMAGED;
        }
    }
    return 0;
}

static int32_t append(void *context, const uint8_t *record, size_t length) {
    struct memory *memory = context;
    int32_t fault = fault_of(memory);
    if (fault != 0) {
        return fault;
    }
    struct piece piece = {NULL, 0};
    struct piece *longer =
        realloc(memory->records, (memory->count + 1) * sizeof *memory->records);
    if (longer == NULL) {
        return TILLKEY_STORAGE_FAULT_FULL;
    }
    memory->records = longer;
    if (put(&piece, record, length) != 0) {
        return TILLKEY_STORAGE_FAULT_FULL;
    }
    memory->records[memory->count++] = piece;
    return 0;
}

static void forget_log(struct memory *memory) {
    for (size_t at = 0; at < memory->count; at++) {
        free(memory->records[at].bytes);
    }
    free(memory->records);
    memory->records = NULL;
    memory->count = 0;
}

static int32_t replace_log(void *context, const TillkeyBytes *records, size_t count) {
    struct memory *memory = context;
    forget_log(memory);
    for (size_t at = 0; at < count; at++) {
        int32_t fault = append(context, records[at].bytes, records[at].length);
        if (fault != 0) {
            return fault;
        }
    }
    return 0;
}

void memory_into(TillkeyDevice *device, struct memory *memory) {
    device->context = memory;
    device->load = load;
    device->save = save;
    device->read_log = read_log;
    device->append = append;
    device->replace_log = replace_log;
}

void memory_clear(struct memory *memory) {
    for (size_t slot = 0; slot < sizeof memory->slots / sizeof memory->slots[0]; slot++) {
        free(memory->slots[slot].bytes);
    }
    forget_log(memory);
    memset(memory, 0, sizeof *memory);
}
