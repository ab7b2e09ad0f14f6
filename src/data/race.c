#include "data/race.h"

#include "data/sources.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { SAMPLES = 11, TICK_NANOSECONDS = 100000000 };

/* Rings when a source has been obtained or has failed. */
struct bell {
    pthread_mutex_t mutex;
    pthread_cond_t rung;
};

struct sample {
    double time;
    uint64_t received;
};

/* A source that has been started. */
struct runner {
    struct source source;
    struct bell *bell;
    pthread_t thread;
    bool threaded; /* has a thread to be joined */
    bool running;
    bool done; /* under the bell's mutex: the two below are set */
    bool obtained;
    struct error error;
    double started;
    struct sample samples[SAMPLES]; /* of the last `grace` seconds, the oldest first */
};

struct state {
    const struct race *race;
    struct fetch *fetch;
    struct bell bell;
    struct runner *runners; /* [race->count] */
    size_t next;            /* the source to start next */
    const struct runner *shown;
    struct progress progress; /* of the one shown */
};

static void *obtain(void *argument)
{
    struct runner *runner = argument;
    bool obtained = source_obtain(&runner->source, &runner->error);
    pthread_mutex_lock(&runner->bell->mutex);
    runner->obtained = obtained;
    runner->done = true;
    pthread_cond_signal(&runner->bell->rung);
    pthread_mutex_unlock(&runner->bell->mutex);
    return NULL;
}

/* Obtains the source in a thread in which no signal arrives: they are the main thread's. One that
 * is local is there at once, one whose thread cannot be started has failed at once. */
static void start(struct runner *runner)
{
    runner->running = true;
    runner->done = false;
    if (source_is_local(&runner->source)) {
        obtain(runner);
        return;
    }
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int status = pthread_create(&runner->thread, NULL, obtain, runner);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    runner->threaded = status == 0;
    if (status != 0) {
        errno = status;
        runner->obtained = error_errno(&runner->error, "cannot start a thread");
        runner->done = true;
    }
}

static void join(struct runner *runner)
{
    if (runner->threaded)
        pthread_join(runner->thread, NULL);
    runner->threaded = false;
    runner->running = false;
}

/* Rates are of the last `grace` seconds, and from the beginning where a download restarts. */
static void take_sample(struct runner *runner, double now, double grace)
{
    struct sample *samples = runner->samples;
    uint64_t received = atomic_load(&runner->source.progress.received);
    bool restarted = received < samples[SAMPLES - 1].received;
    if (!restarted && now - samples[SAMPLES - 1].time < grace / (SAMPLES - 1))
        return;
    memmove(samples, samples + 1, (SAMPLES - 1) * sizeof *samples);
    samples[SAMPLES - 1] = (struct sample){now, received};
    for (size_t i = 0; restarted && i < SAMPLES; i++)
        samples[i].received = 0;
}

/* Seconds for what remains; infinite where nothing comes. */
static double promised(const struct state *state, struct runner *runner, double now)
{
    struct download_progress *progress = &runner->source.progress;
    double first = (double)atomic_load(&progress->first);
    double received = (double)atomic_load(&progress->received);
    double expected = (double)atomic_load(&progress->expected);
    if (expected <= 0) /* the server does not say */
        expected = fmax(received, (double)state->fetch->set->archive.size - first);
    double rate = (received - (double)runner->samples[0].received)
                  / fmax(now - runner->samples[0].time, 1e-3);
    return rate > 0 ? (expected - received) / rate : INFINITY;
}

/* Whether all sources that run are slow, as none is where none runs. *best: the one that promises
 * to be ready first, or NULL. */
static bool are_slow(struct state *state, double now, struct runner **best)
{
    bool slow = true;
    double least = INFINITY;
    *best = NULL;
    for (size_t i = 0; i < state->next; i++) {
        struct runner *runner = &state->runners[i];
        if (!runner->running)
            continue;
        take_sample(runner, now, state->race->grace);
        double seconds = promised(state, runner, now);
        if (now - runner->started < state->race->grace || seconds <= state->race->patience)
            slow = false;
        if (*best == NULL || seconds < least) {
            *best = runner;
            least = seconds;
        }
    }
    return slow;
}

static void hide_progress(struct state *state)
{
    if (state->shown != NULL)
        progress_end(&state->progress);
    state->shown = NULL;
}

static void show_progress(struct state *state, const struct runner *runner)
{
    const struct download_progress *progress = &runner->source.progress;
    double first = 1e-6 * (double)atomic_load(&progress->first);
    double expected = 1e-6 * (double)atomic_load(&progress->expected);
    if (expected <= 0)
        return;
    if (state->shown != runner) {
        hide_progress(state);
        progress_start(&state->progress, "MB", first, 0, state->fetch->quiet);
        state->shown = runner;
    }
    state->progress.total = first + expected;
    progress_update(&state->progress, first + 1e-6 * (double)atomic_load(&progress->received),
                    "download");
}

static void say(struct state *state, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(struct state *state, const char *format, ...)
{
    struct error line;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line.text, sizeof line.text, format, arguments);
    va_end(arguments);
    hide_progress(state);
    state->race->say(state->race->context, line.text);
}

static void say_slow(struct state *state, struct runner *runner, double now)
{
    double minutes = ceil(promised(state, runner, now) / 60);
    const char *source = runner->source.name, *next = state->race->sources[state->next];
    if (state->fetch->quiet)
        return;
    if (minutes < 6000)
        say(state, "%s: %.0f min left; also trying %s", source, minutes, next);
    else
        say(state, "%s: no data in %.0f s; also trying %s", source, state->race->grace,
            next);
}

static void start_next(struct state *state, double now)
{
    struct runner *runner = &state->runners[state->next];
    const char *name = state->race->sources[state->next++];
    if (!state->fetch->quiet && isatty(STDERR_FILENO))
        say(state, "trying %s", name);
    source_open(&runner->source, state->fetch, name);
    runner->bell = &state->bell;
    runner->started = now;
    for (size_t i = 0; i < SAMPLES; i++)
        runner->samples[i].time = now;
    start(runner);
}

/* A source that is given twice is not started beside itself. */
static bool may_start_next(const struct state *state)
{
    if (state->next == state->race->count)
        return false;
    for (size_t i = 0; i < state->next; i++) {
        if (state->runners[i].running
            && strcmp(state->runners[i].source.name, state->race->sources[state->next]) == 0)
            return false;
    }
    return true;
}

/* Waits for a source to end, a tick at most, and returns it or NULL. */
static struct runner *wait_for_one(struct state *state)
{
    struct runner *ended = NULL;
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += TICK_NANOSECONDS;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&state->bell.mutex);
    for (int status = 0; ended == NULL && status == 0;) {
        for (size_t i = 0; i < state->next && ended == NULL; i++) {
            if (state->runners[i].running && state->runners[i].done)
                ended = &state->runners[i];
        }
        if (ended == NULL)
            status = pthread_cond_timedwait(&state->bell.rung, &state->bell.mutex, &until);
    }
    pthread_mutex_unlock(&state->bell.mutex);
    if (ended != NULL)
        join(ended);
    return ended;
}

/* Unpacks what a source has obtained. Returns whether all files are good then. If not, the error
 * says why, unless the source is obtained once more. */
static bool unpack(struct state *state, struct runner *runner, struct error *error)
{
    bool again = false;
    *error = runner->error;
    hide_progress(state);
    if (runner->obtained && source_unpack(&runner->source, &again, error))
        return true;
    if (again)
        start(runner);
    else
        source_close(&runner->source);
    return false;
}

/* "SOURCE: reason", without naming a source twice whose reason begins with it. */
static void name_source(const char *source, const struct error *reason, struct error *named)
{
    size_t length = strlen(source);
    if (strncmp(reason->text, source, length) == 0 && strchr(":/", reason->text[length]) != NULL)
        *named = *reason;
    else
        error_set(named, "%s: %s", source, reason->text);
}

/* A source has failed: says so and starts the next if there is none to wait for. Fails if none is
 * left. */
static bool take_failure(struct state *state, const struct runner *failed,
                         const struct error *reason, struct error *error)
{
    struct error named;
    struct runner *best;
    double now = progress_seconds();
    bool slow = are_slow(state, now, &best);
    name_source(failed->source.name, reason, &named);
    if (slow && may_start_next(state)) {
        say(state, "%s; trying the next", named.text);
        start_next(state, now);
    } else if (best != NULL)
        say(state, "%s; continuing with %s", named.text, best->source.name);
    else
        return error_set(error, "%s; no source is left", named.text);
    return true;
}

static bool run(struct state *state, struct error *error)
{
    static const char interrupted[] = "interrupted; rerun the same command to resume";
    struct error reason, ignored;
    if (fetch_stopped(state->fetch, &ignored))
        return error_set(error, interrupted);
    start_next(state, progress_seconds());
    for (;;) {
        struct runner *ended = wait_for_one(state), *best;
        if (fetch_stopped(state->fetch, &ignored))
            return error_set(error, interrupted);
        if (ended != NULL && unpack(state, ended, &reason))
            return true;
        if (fetch_stopped(state->fetch, &ignored))
            return error_set(error, interrupted);
        if (ended != NULL && !ended->running && !take_failure(state, ended, &reason, error))
            return false;
        double now = progress_seconds();
        if (are_slow(state, now, &best) && may_start_next(state)) {
            say_slow(state, best, now);
            start_next(state, now);
        } else
            show_progress(state, best);
    }
}

static void stop_all(struct state *state)
{
    for (size_t i = 0; i < state->next; i++)
        atomic_store(&state->runners[i].source.stop, true);
    for (size_t i = 0; i < state->next; i++) {
        join(&state->runners[i]);
        source_close(&state->runners[i].source);
    }
}

bool race_run(const struct race *race, struct fetch *fetch, struct error *error)
{
    struct state state = {.race = race, .fetch = fetch};
    pthread_condattr_t attributes;
    state.runners = calloc(race->count, sizeof *state.runners);
    if (state.runners == NULL)
        return error_memory(error, "out of memory");
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&state.bell.rung, &attributes);
    pthread_condattr_destroy(&attributes);
    pthread_mutex_init(&state.bell.mutex, NULL);
    bool good = run(&state, error);
    hide_progress(&state);
    stop_all(&state);
    pthread_mutex_destroy(&state.bell.mutex);
    pthread_cond_destroy(&state.bell.rung);
    free(state.runners);
    return good;
}
