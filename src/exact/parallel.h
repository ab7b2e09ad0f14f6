/* Threads, and the fixed parts that work and sums are cut into.
 *
 * A sum that is gathered in parts is cut by the problem's size alone: PARTS parts (fewer when there
 * are fewer items), each summed in index order, then combined in index order. Sums whose every part
 * costs much are taken in CHAINS instead (fewer when there are few items), each made of whole
 * parts.
 *
 * Threads only decide who computes a part. A thread always takes the same share of them, since what
 * it left in its caches another could have only at the price of main memory.
 */
#ifndef REINIT_EXACT_PARALLEL_H
#define REINIT_EXACT_PARALLEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PARTS = 32, CHAINS = 8, PARALLEL_THREADS_MAX = 256 };

/* The number of threads of all later parallel loops: from 1 on, at most PARALLEL_THREADS_MAX, and
 * fewer if the system allows no more. They start here, each with IEEE 754's floating-point
 * environment (base/float_environment.h), and so does the calling one.
 * Before it is set: as many as the process may use. */
void parallel_set_threads(int threads);
int parallel_threads(void);

/* The same for a tool, which says so if there are fewer. */
struct tool;
void parallel_start(const struct tool *tool, uint64_t threads);

/* A tool's option for it, a struct option_spec; the target is a uint64_t that has
 * parallel_threads() as its default. */
#define PARALLEL_OPTION(target)                                                                    \
    {                                                                                              \
        "threads", "N", "threads (default: all cores); never changes a result", OPTION_UNSIGNED,   \
            target, .minimum = 1, .maximum = PARALLEL_THREADS_MAX                                  \
    }

/* In a parallel loop: how many threads share it, at most parallel_threads() (an OMP_THREAD_LIMIT,
 * for one, allows fewer), and the calling one's index, 0 .. parallel_team() - 1. */
int parallel_team(void);
int parallel_index(void);

/* Parts of `items`, and where part i begins; part i ends where part i + 1 begins. */
static inline size_t parallel_parts(size_t items)
{
    return items < PARTS ? items : PARTS;
}

/* 1, 2, 4 or 8, with at least 5 items in each if there are more than 2. */
static inline size_t parallel_chains(size_t items)
{
    size_t chains = items < 2 ? 1 : 2;
    while (chains < CHAINS && 2 * 5 * chains <= items)
        chains *= 2;
    return chains;
}

static inline size_t parallel_begin(size_t items, size_t parts, size_t i)
{
    return items * i / parts;
}

/* The part that item i belongs to. */
static inline size_t parallel_part_of(size_t items, size_t parts, size_t i)
{
    return ((i + 1) * parts - 1) / items;
}

/* A run of items of one part. */
struct parallel_run {
    size_t part, first, count;
    bool begins, ends; /* with the part's first item, its last */
};

/* The longest from item i on and before `end`. */
static inline struct parallel_run parallel_run(size_t items, size_t parts, size_t i, size_t end)
{
    struct parallel_run run = {.part = parallel_part_of(items, parts, i), .first = i};
    size_t part_end = parallel_begin(items, parts, run.part + 1);
    run.count = (part_end < end ? part_end : end) - i;
    run.begins = i == parallel_begin(items, parts, run.part);
    run.ends = i + run.count == part_end;
    return run;
}

#endif
