/* Gets CIFAR-10: the six official files, checked, from the first source that has them. */
#include "base/interrupt.h"
#include "base/options.h"
#include "data/fetch.h"
#include "data/race.h"

#include <stdio.h>

struct arguments {
    const char *out;
    struct option_list from;
    bool verify, quiet;
};

/* Only looks, and names each file that is not as it should be. */
static bool verify(const struct tool *tool, const struct arguments *a, struct error *error)
{
    size_t wrong = 0;
    for (size_t i = 0; i < OFFICIAL_FILES; i++) {
        if (!official_check(&official_cifar10, i, a->out, error)) {
            tool_say(tool, "%s", error->text);
            wrong++;
        }
    }
    if (wrong > 0)
        return error_set(error, "%s: %zu of the six files missing or wrong", a->out, wrong);
    if (!a->quiet)
        printf("%s: all six files verified\n", a->out);
    return true;
}

/* Notes which files are there already. Returns whether all are. */
static bool examine(struct fetch *fetch)
{
    struct error ignored;
    for (size_t i = 0; i < OFFICIAL_FILES; i++)
        fetch->good[i] = official_check(fetch->set, i, fetch->folder, &ignored);
    return fetch_is_complete(fetch);
}

/* The same in the locked folder, whose wrong files are to be replaced. */
static void examine_to_replace(const struct tool *tool, struct fetch *fetch)
{
    for (size_t i = 0; i < OFFICIAL_FILES; i++) {
        char path[FILE_PATH];
        struct error error, ignored;
        fetch->good[i] = official_check(fetch->set, i, fetch->folder, &error);
        if (!fetch->good[i] && !fetch->quiet
            && file_path(path, &ignored, "%s/%s", fetch->folder, fetch->set->files[i].name)
            && file_exists(path))
            tool_say(tool, "%s; replacing it", error.text);
    }
}

static void say(void *tool, const char *line)
{
    tool_say(tool, "%s", line);
}

static bool get(struct tool *tool, const struct arguments *a, struct error *error)
{
    struct fetch fetch
        = {.set = &official_cifar10, .folder = a->out, .quiet = a->quiet, .stop = &interrupt_seen};
    struct option_list sources = a->from;
    if (sources.count == 0)
        sources = (struct option_list){{official_cifar10.url, official_cifar10.npm}, 2};
    const struct race race = {sources.items, sources.count, RACE_GRACE, RACE_PATIENCE, say, tool};
    bool there = examine(&fetch);
    bool good = fetch_open(&fetch, error);
    if (there) {
        /* The folder may be another user's or read-only: what earlier runs left goes if it can. */
        struct error ignored;
        (void)(good && fetch_sweep(&fetch, &ignored));
        good = true;
    } else if (good) {
        examine_to_replace(tool, &fetch);
        good = race_run(&race, &fetch, error) && fetch_sweep(&fetch, error);
    }
    fetch_close(&fetch);
    if (good && !a->quiet)
        printf("%s: all six files %s\n", a->out, there ? "verified" : "fetched and verified");
    return good;
}

int main(int argc, char **argv)
{
    struct arguments a = {0};
    const struct option_spec options[] = {
        {"out", "DIR", "where the six files go", OPTION_TEXT, &a.out, .required = true},
        {"from", "SOURCE", "a folder, a .tar.gz, its URL or npm:NAME@VERSION; may be given again",
         OPTION_LIST, .target = &a.from},
        {"verify", NULL, "only check what is there", OPTION_FLAG, .target = &a.verify},
        {0}};
    struct tool tool
        = {"fetch-cifar10", "gets the six CIFAR-10 files and checks them", options, &a.quiet};
    int code;
    if (!tool_start(&tool, argc, argv, &code))
        return code;
    if (a.verify && a.from.count > 0) {
        tool_say(&tool, "--verify takes no --from; see fetch-cifar10 --help");
        return EXIT_USAGE;
    }
    struct error error;
    interrupt_catch();
    return tool_finish(&tool, a.verify ? verify(&tool, &a, &error) : get(&tool, &a, &error),
                       &error);
}
