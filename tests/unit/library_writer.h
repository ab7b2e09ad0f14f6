/* Writes safetensors files as other programs do. */
#ifndef REINIT_TESTS_LIBRARY_WRITER_H
#define REINIT_TESTS_LIBRARY_WRITER_H

#include "unit/support.h"

#include "io/safetensors.h"

/* The order of the safetensors library: larger elements first, then by name. */
static int library_compare(const void *left, const void *right)
{
    const struct tensor *a = left, *b = right;
    size_t bits_a = dtype_bits(a->dtype), bits_b = dtype_bits(b->dtype);
    return bits_a != bits_b ? (bits_a < bits_b ? 1 : -1) : strcmp(a->name, b->name);
}

/* The tensors, whose bytes are as read from a file, in the library's order or as they are, with the
 * metadata as they are; if there are none, without. Names and values must need no escapes. */
static inline void library_save(const char *path, const struct tensor *tensors, size_t count,
                                const struct metadata_pair *pairs, size_t pair_count, bool sort)
{
    char *header = NULL;
    size_t length = 0, end = 0;
    FILE *text = open_memstream(&header, &length), *file = fopen(path, "wb");
    assert_true(text != NULL && file != NULL);
    struct tensor *sorted = support_allocate(count, sizeof *sorted);
    memcpy(sorted, tensors, count * sizeof *sorted);
    if (sort)
        qsort(sorted, count, sizeof *sorted, library_compare);
    fputc('{', text);
    for (size_t i = 0; i < pair_count; i++)
        fprintf(text, "%s\"%s\":\"%s\"", i > 0 ? "," : "\"__metadata__\":{", pairs[i].key,
                pairs[i].value);
    fputs(pair_count > 0 ? "}" : "", text);
    for (size_t t = 0; t < count; t++) {
        size_t begin = end;
        end += sorted[t].count * dtype_bits(sorted[t].dtype) / 8;
        fprintf(text, "%s\"%s\":{\"dtype\":\"%s\",\"shape\":[", t > 0 || pair_count > 0 ? "," : "",
                sorted[t].name, dtype_name(sorted[t].dtype));
        for (size_t d = 0; d < sorted[t].dims; d++)
            fprintf(text, "%s%zu", d > 0 ? "," : "", sorted[t].shape[d]);
        fprintf(text, "],\"data_offsets\":[%zu,%zu]}", begin, end);
    }
    fputc('}', text);
    while (ftell(text) % 8 != 0)
        fputc(' ', text);
    assert_int_equal(fclose(text), 0);
    for (int i = 0; i < 8; i++)
        fputc((int)((uint64_t)length >> (8 * i) & 0xff), file);
    fwrite(header, 1, length, file);
    for (size_t t = 0; t < count; t++)
        fwrite(sorted[t].bytes, 1, sorted[t].count * dtype_bits(sorted[t].dtype) / 8, file);
    assert_int_equal(fclose(file), 0);
    free(sorted);
    free(header);
}

#endif
