/* The official set of a fetch-cifar10 built for tests: data/sample instead of CIFAR-10 itself, so
 * that a fetch takes milliseconds. Linked before the library, whose own set then stays out. */
#define official_cifar10 official_full
#include "data/official.c"
#undef official_cifar10

const struct official official_cifar10 = {
    .files = {
#include "sample_files.h" /* made from pipeline/checksums/sample.sha256 */
    },
    .archive = {"cifar-10-binary.tar.gz", 1, "none"},
    .url = "https://example.invalid/cifar-10-binary.tar.gz",
    .npm = "npm:none@0",
};
