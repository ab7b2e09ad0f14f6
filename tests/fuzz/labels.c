/* The npm package's labels. The first byte is their number. */
#include "fuzz/fuzz.h"

#include "data/png_records.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t labels[256];
    struct error error = {""};
    if (size < 1)
        return 0;
    size_t count = data[0];
    memset(labels, 0xff, sizeof labels);
    if (!png_records_parse_labels("x.json", data + 1, size - 1, count, labels, &error)) {
        fuzz_check_error(&error);
        return 0;
    }
    for (size_t i = 0; i < sizeof labels; i++)
        fuzz_check(i < count ? labels[i] <= 9 : labels[i] == 0xff, "labels are 0..9, and no more");
    return 0;
}
