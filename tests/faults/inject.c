/* Preloaded into a tool, makes chosen calls fail: every place where the system may say no, in turn.
 *
 *     FAULT="CLASS ERROR INDEX TIMES" FAULT_REPORT=FILE LD_PRELOAD=inject.so TOOL ...
 *
 * Of the calls of one class (below: open, read, write, ...; "crypto" is memory for libcrypto, which
 * asks thousands of times before its first hash), counted from 1 at the start of main,
 * call INDEX fails with ERROR, an errno's name, or "short": half of what was asked for is read or
 * written. TIMES is "once" or "ever": that call alone, or it and all after it. FILE then receives
 * the call's name. With INDEX 0 nothing fails, and FILE receives at the end each class and how many
 * calls of it there were. Memory is asked for thousands of times at some hundred places; its lines
 * go on with the indices of the first, the second and the last call from each place, which is the
 * whole chain of return addresses.
 *
 * Standard output and streams opened for reading are rerouted through these wrappers, since the C
 * library calls itself there and not through symbols. Standard error is left alone.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <unwind.h>

enum { SHORT = -1, PLACES_MAX = 4096 };

static const struct {
    const char *name;
    int value;
} errors[] = {{"EIO", EIO},       {"EINTR", EINTR},   {"ENOSPC", ENOSPC},
              {"EDQUOT", EDQUOT}, {"ENOMEM", ENOMEM}, {"EMFILE", EMFILE},
              {"EACCES", EACCES}, {"ENOLCK", ENOLCK}, {"short", SHORT}};

static const char *const classes[]
    = {"open",  "read",     "write", "sync", "close", "rename", "unlink",
       "mkdir", "truncate", "lock",  "stat", "map",   "memory", "crypto"};
enum { CLASSES = sizeof classes / sizeof *classes, MEMORY = CLASSES - 2 }; /* and crypto */

static bool armed, ever;
static char chosen[16], report[4096];
static int error_value;
static unsigned long index_wanted;
static atomic_ulong calls[CLASSES];
static uintptr_t crypto_begin, crypto_end; /* where libcrypto lies */

/* Where memory is asked for. */
static struct place {
    uint64_t chain; /* a hash of the return addresses */
    size_t class;
    unsigned long first, second, last; /* 0: none */
} places[PLACES_MAX];
static size_t place_count;
static pthread_mutex_t places_lock = PTHREAD_MUTEX_INITIALIZER;

/* The function of that name that this one stands before. */
#define NEXT(name)                                                                                 \
    ({                                                                                             \
        static __typeof__(name) *next_##name;                                                      \
        if (next_##name == NULL)                                                                   \
            next_##name = (__typeof__(name) *)dlsym(RTLD_NEXT, #name);                             \
        next_##name;                                                                               \
    })

/* By system calls alone, so that a report cannot itself be struck. */
static void tell(const char *text)
{
    int fd = (int)syscall(SYS_openat, AT_FDCWD, report, O_WRONLY | O_CREAT | O_APPEND, 0666);
    syscall(SYS_write, fd, text, strlen(text));
    syscall(SYS_close, fd);
}

static _Unwind_Reason_Code add_address(struct _Unwind_Context *context, void *chain)
{
    *(uint64_t *)chain = (*(uint64_t *)chain ^ _Unwind_GetIP(context)) * 0x100000001b3; /* FNV-1a */
    return _URC_NO_REASON;
}

static void note_place(size_t class, unsigned long call)
{
    uint64_t chain = 0xcbf29ce484222325;
    _Unwind_Backtrace(add_address, &chain);
    pthread_mutex_lock(&places_lock);
    size_t i = 0;
    while (i < place_count && (places[i].chain != chain || places[i].class != class))
        i++;
    if (i == PLACES_MAX)
        abort();
    struct place *place = &places[i];
    if (i == place_count) {
        *place = (struct place){chain, class, .first = call};
        place_count++;
    } else if (place->second == 0) {
        place->second = call;
    } else {
        place->last = call;
    }
    pthread_mutex_unlock(&places_lock);
}

/* Counts a call of the class; whether it is to fail, with errno set. Size: bytes asked for, of
 * calls that may be cut short; *size becomes smaller then, and the call is to go on. */
static bool strikes(const char *class, const char *name, size_t *size)
{
    size_t c = 0;
    if (!armed || (index_wanted != 0 && strcmp(class, chosen) != 0))
        return false;
    while (strcmp(classes[c], class) != 0)
        c++;
    unsigned long call = atomic_fetch_add(&calls[c], 1) + 1;
    if (index_wanted == 0 && c >= MEMORY)
        note_place(c, call);
    if (index_wanted == 0 || call < index_wanted || (call > index_wanted && !ever))
        return false;
    if (call == index_wanted)
        tell(name);
    if (error_value != SHORT) {
        errno = error_value;
        return true;
    }
    if (size != NULL)
        *size = (*size + 1) / 2;
    return false;
}

/* A call that fails with -1 and is not cut short. */
#define FAILING(class, type, name, parameters, arguments)                                          \
    type name parameters                                                                           \
    {                                                                                              \
        return strikes(#class, #name, NULL) ? (type)-1 : NEXT(name) arguments;                     \
    }
FAILING(sync, int, fsync, (int fd), (fd))
FAILING(sync, int, fdatasync, (int fd), (fd))
FAILING(rename, int, rename, (const char *from, const char *to), (from, to))
FAILING(unlink, int, unlink, (const char *path), (path))
FAILING(unlink, int, unlinkat, (int fd, const char *path, int flags), (fd, path, flags))
FAILING(unlink, int, remove, (const char *path), (path))
FAILING(mkdir, int, mkdir, (const char *path, mode_t mode), (path, mode))
FAILING(truncate, int, ftruncate, (int fd, off_t size), (fd, size))
FAILING(truncate, int, ftruncate64, (int fd, off_t size), (fd, size))
FAILING(lock, int, flock, (int fd, int how), (fd, how))
FAILING(stat, int, stat, (const char *path, struct stat *s), (path, s))
FAILING(stat, int, lstat, (const char *path, struct stat *s), (path, s))
FAILING(stat, int, fstat, (int fd, struct stat *s), (fd, s))
FAILING(stat, int, fstat64, (int fd, struct stat64 *s), (fd, s))
FAILING(map, void *, mmap, (void *at, size_t n, int prot, int flags, int fd, off_t offset),
        (at, n, prot, flags, fd, offset))
FAILING(map, void *, mmap64, (void *at, size_t n, int prot, int flags, int fd, off_t offset),
        (at, n, prot, flags, fd, offset))

/* Input and output, which may also be short. */
#define TRANSFER(class, name, parameters, arguments)                                               \
    ssize_t name parameters                                                                        \
    {                                                                                              \
        return fd != STDERR_FILENO && strikes(#class, #name, &n) ? -1 : NEXT(name) arguments;      \
    }
TRANSFER(read, read, (int fd, void *data, size_t n), (fd, data, n))
TRANSFER(read, pread, (int fd, void *data, size_t n, off_t at), (fd, data, n, at))
TRANSFER(read, pread64, (int fd, void *data, size_t n, off_t at), (fd, data, n, at))
TRANSFER(write, write, (int fd, const void *data, size_t n), (fd, data, n))
TRANSFER(write, pwrite, (int fd, const void *data, size_t n, off_t at), (fd, data, n, at))
TRANSFER(write, pwrite64, (int fd, const void *data, size_t n, off_t at), (fd, data, n, at))

static const char *class_of_memory(const void *caller)
{
    uintptr_t at = (uintptr_t)caller;
    return at >= crypto_begin && at < crypto_end ? "crypto" : "memory";
}

#define ALLOCATING(name, parameters, arguments)                                                    \
    void *name parameters                                                                          \
    {                                                                                              \
        const char *class = class_of_memory(__builtin_return_address(0));                          \
        return strikes(class, #name, NULL) ? NULL : NEXT(name) arguments;                          \
    }
ALLOCATING(malloc, (size_t size), (size))
ALLOCATING(calloc, (size_t count, size_t size), (count, size))
ALLOCATING(realloc, (void *block, size_t size), (block, size))
ALLOCATING(reallocarray, (void *block, size_t count, size_t size), (block, count, size))
ALLOCATING(aligned_alloc, (size_t alignment, size_t size), (alignment, size))

int posix_memalign(void **block, size_t alignment, size_t size)
{
    return strikes("memory", "posix_memalign", NULL) ? ENOMEM
                                                     : NEXT(posix_memalign)(block, alignment, size);
}

/* The mode is there only if a file may be made; passing on what is not is harmless. */
#define OPENING(name)                                                                              \
    int name(const char *path, int flags, ...)                                                     \
    {                                                                                              \
        va_list rest;                                                                              \
        va_start(rest, flags);                                                                     \
        mode_t mode = (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;                           \
        va_end(rest);                                                                              \
        return strikes("open", #name, NULL) ? -1 : NEXT(name)(path, flags, mode);                  \
    }
OPENING(open)
OPENING(open64)

DIR *opendir(const char *path)
{
    return strikes("open", "opendir", NULL) ? NULL : NEXT(opendir)(path);
}

struct dirent *readdir(DIR *folder)
{
    return strikes("read", "readdir", NULL) ? NULL : NEXT(readdir)(folder);
}

/* The file is closed, whatever close says: so Linux does it. */
int close(int fd)
{
    bool failing = strikes("close", "close", NULL);
    int reason = errno, result = NEXT(close)(fd);
    if (!failing)
        return result;
    errno = reason;
    return -1;
}

static ssize_t stream_read(void *fd, char *data, size_t size)
{
    return read((int)(intptr_t)fd, data, size);
}

/* Like the library's own streams, goes on after a short write. */
static ssize_t stream_write(void *fd, const char *data, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t now = write((int)(intptr_t)fd, data + done, size - done);
        if (now < 0)
            return (ssize_t)done;
        done += (size_t)now;
    }
    return (ssize_t)size;
}

static int stream_seek(void *fd, off64_t *offset, int whence)
{
    *offset = lseek64((int)(intptr_t)fd, *offset, whence);
    return *offset < 0 ? -1 : 0;
}

static int stream_close(void *fd)
{
    return close((int)(intptr_t)fd);
}

#define OPENING_STREAM(name)                                                                       \
    FILE *name(const char *path, const char *mode)                                                 \
    {                                                                                              \
        if (strcmp(mode, "r") != 0 && strcmp(mode, "rb") != 0)                                     \
            return strikes("open", #name, NULL) ? NULL : NEXT(name)(path, mode);                   \
        int fd = open(path, O_RDONLY);                                                             \
        cookie_io_functions_t calls                                                                \
            = {.read = stream_read, .seek = stream_seek, .close = stream_close};                   \
        return fd < 0 ? NULL : fopencookie((void *)(intptr_t)fd, "r", calls);                      \
    }
OPENING_STREAM(fopen)
OPENING_STREAM(fopen64)

static int find_crypto(struct dl_phdr_info *object, size_t size, void *unused)
{
    (void)size;
    (void)unused;
    if (strstr(object->dlpi_name, "/libcrypto.") == NULL)
        return 0;
    for (size_t i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &object->dlpi_phdr[i];
        if (part->p_type != PT_LOAD || (part->p_flags & PF_X) == 0)
            continue;
        crypto_begin = object->dlpi_addr + part->p_vaddr;
        crypto_end = crypto_begin + part->p_memsz;
    }
    return 1;
}

/* Runs after the other libraries' constructors and before main. */
__attribute__((constructor)) static void start(void)
{
    char name[16], times[8];
    const char *fault = getenv("FAULT"), *file = getenv("FAULT_REPORT");
    if (fault == NULL || file == NULL || strlen(file) >= sizeof report
        || sscanf(fault, "%15s %15s %lu %7s", chosen, name, &index_wanted, times) != 4)
        return;
    strcpy(report, file);
    ever = strcmp(times, "ever") == 0;
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        if (strcmp(errors[i].name, name) == 0)
            error_value = errors[i].value;
    }
    if (error_value == 0)
        abort();
    dl_iterate_phdr(find_crypto, NULL);
    FILE *out = fopencookie((void *)(intptr_t)STDOUT_FILENO, "w",
                            (cookie_io_functions_t){.write = stream_write});
    if (out != NULL)
        stdout = out;
    armed = true;
}

__attribute__((destructor)) static void end(void)
{
    char text[48];
    if (!armed || index_wanted != 0)
        return;
    armed = false;
    for (size_t c = 0; c < CLASSES; c++) {
        snprintf(text, sizeof text, "%s %lu", classes[c], atomic_load(&calls[c]));
        tell(text);
        for (size_t i = 0; i < place_count; i++) {
            const unsigned long which[] = {places[i].first, places[i].second, places[i].last};
            for (size_t k = 0; places[i].class == c && k < 3 && which[k] != 0; k++) {
                snprintf(text, sizeof text, " %lu", which[k]);
                tell(text);
            }
        }
        tell("\n");
    }
}
