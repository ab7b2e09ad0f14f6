#include "data/archive.h"

#include "data/gzip.h"

#include <stdio.h>
#include <string.h>

enum {
    BLOCK = 512,
    NAME_SIZE = 300, /* a ustar name has at most 155 + 1 + 100 bytes */
    EXTENSION_MAX = 1 << 14,
    HEADERS_MAX = 10000,
    CONTENTS_MAX = 1 << 30
};

/* Where the fields of a header lie (IEEE 1003.1, ustar interchange format). */
enum {
    NAME_AT = 0,
    NAME_BYTES = 100,
    SIZE_AT = 124,
    SIZE_BYTES = 12,
    CHECKSUM_AT = 148,
    CHECKSUM_BYTES = 8,
    TYPE_AT = 156,
    MAGIC_AT = 257,
    MAGIC_BYTES = 8,
    PREFIX_AT = 345,
    PREFIX_BYTES = 155
};

struct archive {
    struct gzip gzip;
    char name[NAME_SIZE]; /* of the current entry */
    char type;            /* of the current entry */
    uint64_t size;        /* of its contents */
    uint64_t left;        /* bytes of them not yet read */
    uint64_t padding;     /* bytes after them, up to a whole block */
    bool renamed;         /* `name` came from an extension and belongs to the next header */
    unsigned headers;     /* read so far */
};

static bool fail(const struct archive *archive, struct error *error, const char *reason)
{
    return error_set(error, "%s: byte %ju of the tar, entry '%s': %s", archive->gzip.path,
                     (uintmax_t)archive->gzip.produced, archive->name, reason);
}

/* Reads exactly `size` bytes. */
static bool read_exactly(struct archive *archive, void *data, size_t size, struct error *error)
{
    size_t got;
    if (!gzip_read(&archive->gzip, data, size, &got, error))
        return false;
    return got == size || fail(archive, error, "the archive ends too early");
}

bool archive_read(struct archive *archive, void *data, size_t size, size_t *got,
                  struct error *error)
{
    *got = size < archive->left ? size : (size_t)archive->left;
    archive->left -= *got;
    return read_exactly(archive, data, *got, error);
}

/* Reads past what is left of the current entry and its padding. */
static bool skip_entry(struct archive *archive, struct error *error)
{
    uint8_t scrap[4096];
    archive->left += archive->padding;
    archive->padding = 0;
    while (archive->left > 0) {
        size_t got;
        if (!archive_read(archive, scrap, sizeof scrap, &got, error))
            return false;
    }
    return true;
}

/* A number in octal digits, with spaces before and a space or zero after it or the field's end. The
 * fields in use have at most 12 digits, 36 bits. */
static bool parse_octal(const uint8_t *field, size_t width, uint64_t *value)
{
    size_t i = 0;
    while (i < width && field[i] == ' ')
        i++;
    size_t first = i;
    *value = 0;
    for (; i < width && field[i] >= '0' && field[i] <= '7'; i++)
        *value = *value * 8 + (uint64_t)(field[i] - '0');
    if (i == first)
        return false;
    for (; i < width; i++) {
        if (field[i] != ' ' && field[i] != '\0')
            return false;
    }
    return true;
}

/* The sum of all bytes with the checksum's own taken as spaces. */
static bool checksum_holds(const uint8_t *block)
{
    uint64_t stated, sum = 0;
    for (size_t i = 0; i < BLOCK; i++) {
        bool own = i >= CHECKSUM_AT && i < CHECKSUM_AT + CHECKSUM_BYTES;
        sum += own ? ' ' : block[i];
    }
    return parse_octal(block + CHECKSUM_AT, CHECKSUM_BYTES, &stated) && stated == sum;
}

static bool is_zero(const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (data[i] != 0)
            return false;
    }
    return true;
}

/* The first zero block has been read: there must be a second, and then only zeros. */
static bool finish(struct archive *archive, struct error *error)
{
    uint8_t block[BLOCK];
    size_t got = BLOCK;
    snprintf(archive->name, sizeof archive->name, "end of archive");
    if (!read_exactly(archive, block, BLOCK, error))
        return false;
    while (got == BLOCK && is_zero(block, BLOCK)) {
        if (archive->gzip.produced > CONTENTS_MAX)
            return fail(archive, error, "too many zeros follow");
        if (!gzip_read(&archive->gzip, block, BLOCK, &got, error))
            return false;
    }
    return is_zero(block, got) || fail(archive, error, "something follows the end");
}

/* Takes a name given by an extension record. One too long for any wanted entry is only noted. */
static bool take_name(struct archive *archive, const char *name, size_t length, struct error *error)
{
    if (length == 0 || memchr(name, '\0', length) != NULL)
        return fail(archive, error, "an extended name is empty or holds a zero byte");
    if (length < NAME_SIZE)
        snprintf(archive->name, NAME_SIZE, "%.*s", (int)length, name);
    else
        snprintf(archive->name, NAME_SIZE, "(a name of %zu bytes)", length);
    archive->renamed = true;
    return true;
}

/* One pax record, "LENGTH KEY=VALUE\n", LENGTH counting all of it. Returns its length; 0 is an
 * error. */
static size_t take_record(struct archive *archive, const char *text, size_t size, bool global,
                          struct error *error)
{
    size_t length = 0, digits = 0;
    while (digits < size && digits < 6 && text[digits] >= '0' && text[digits] <= '9')
        length = length * 10 + (size_t)(text[digits++] - '0');
    const char *key = text + digits + 1;
    const char *equals = NULL;
    if (digits > 0 && length > digits + 2 && length <= size && text[digits] == ' '
        && text[length - 1] == '\n')
        equals = memchr(key, '=', length - digits - 2);
    if (equals == NULL || equals == key) {
        fail(archive, error, "a pax record is malformed");
        return 0;
    }
    size_t key_length = (size_t)(equals - key);
    bool is_path = key_length == 4 && memcmp(key, "path", 4) == 0;
    bool is_size = key_length == 4 && memcmp(key, "size", 4) == 0;
    /* pax states a size only where octal digits cannot: far above anything allowed here. */
    if (is_size || (is_path && global)) {
        fail(archive, error, "a pax record sets a size, or a path for all entries");
        return 0;
    }
    size_t value_length = length - digits - key_length - 3; /* without the space, = and newline */
    if (is_path && !take_name(archive, equals + 1, value_length, error))
        return 0;
    return length;
}

/* The contents of an extension header. */
static bool take_extension(struct archive *archive, struct error *error)
{
    char text[EXTENSION_MAX + 1];
    size_t size;
    if (archive->size == 0 || archive->size > EXTENSION_MAX)
        return fail(archive, error, "an extension header has an impossible size");
    if (!archive_read(archive, text, (size_t)archive->size, &size, error))
        return false;
    if (archive->type == 'L') {
        size_t length = text[size - 1] == '\0' ? size - 1 : size;
        return take_name(archive, text, length, error);
    }
    size_t at = 0;
    while (archive->type != 'K' && at < size) {
        size_t length = take_record(archive, text + at, size - at, archive->type == 'g', error);
        if (length == 0)
            return false;
        at += length;
    }
    return true;
}

/* The header's own name: GNU and version-7 headers have no prefix. */
static void set_name(struct archive *archive, const uint8_t *block, bool posix)
{
    const char *name = (const char *)block + NAME_AT, *prefix = (const char *)block + PREFIX_AT;
    if (posix && prefix[0] != '\0')
        snprintf(archive->name, NAME_SIZE, "%.*s/%.*s", PREFIX_BYTES, prefix, NAME_BYTES, name);
    else
        snprintf(archive->name, NAME_SIZE, "%.*s", NAME_BYTES, name);
}

/* pax 'x' (next entry) and 'g' (all entries), GNU 'L' (long name) and 'K' (long link). */
static bool is_extension(char type)
{
    return type == 'x' || type == 'g' || type == 'L' || type == 'K';
}

static bool parse_header(struct archive *archive, const uint8_t *block, struct error *error)
{
    const uint8_t *magic = block + MAGIC_AT;
    bool posix = memcmp(magic, "ustar\00000", MAGIC_BYTES) == 0;
    bool gnu = memcmp(magic, "ustar  \0", MAGIC_BYTES) == 0;
    if (!checksum_holds(block))
        return fail(archive, error, "the header after it has a wrong checksum");
    if (!posix && !gnu && !is_zero(magic, MAGIC_BYTES))
        return fail(archive, error, "the header after it is of no known format");
    archive->type = (char)block[TYPE_AT];
    if (archive->type == '\0' || archive->type == '7')
        archive->type = '0';
    if (!archive->renamed)
        set_name(archive, block, posix);
    if (!is_extension(archive->type))
        archive->renamed = false;
    if (!parse_octal(block + SIZE_AT, SIZE_BYTES, &archive->size))
        return fail(archive, error, "the size is not an octal number");
    if (archive->size > CONTENTS_MAX || archive->gzip.produced + archive->size > CONTENTS_MAX)
        return fail(archive, error, "the archive is larger than 1 GiB");
    bool known = archive->type >= '0' && archive->type <= '6';
    if (!known && !is_extension(archive->type))
        return fail(archive, error, "the entry is of an unknown type");
    if (known && archive->type != '0' && archive->size > 0)
        return fail(archive, error, "it is no regular file, but has contents");
    archive->left = archive->size;
    archive->padding = (BLOCK - archive->size % BLOCK) % BLOCK;
    return true;
}

/* Goes to the next entry that is not an extension; *more becomes false at the archive's end. */
static bool next_entry(struct archive *archive, bool *more, struct error *error)
{
    bool extension = false;
    do {
        uint8_t block[BLOCK];
        if (!skip_entry(archive, error) || !read_exactly(archive, block, BLOCK, error))
            return false;
        if (is_zero(block, BLOCK)) {
            *more = false;
            if (extension)
                return fail(archive, error, "the archive ends after an extension header");
            return finish(archive, error);
        }
        if (archive->headers++ >= HEADERS_MAX)
            return fail(archive, error, "the archive has too many entries");
        if (!parse_header(archive, block, error))
            return false;
        extension = is_extension(archive->type);
        if (extension && !take_extension(archive, error))
            return false;
    } while (extension);
    *more = true;
    return true;
}

/* Whether both names lead to one place: "./" and repeated slashes, which tar keeps as its user gave
 * them, mean nothing. ".." is not resolved, and an absolute name is not a relative one. */
static bool is_named(const char *name, const char *wanted)
{
    bool begins = true; /* a component */
    if (name[0] == '/')
        return false;
    for (;;) {
        if (begins && name[0] == '.' && name[1] == '/')
            name++;
        if (begins && name[0] == '/')
            name++;
        else if (name[0] != wanted[0])
            return false;
        else if (name[0] == '\0')
            return true;
        else {
            begins = name[0] == '/';
            name++;
            wanted++;
        }
    }
}

static size_t find_wanted(const char *name, const struct archive_wanted *wanted, size_t count)
{
    size_t i = 0;
    while (i < count && !is_named(name, wanted[i].name))
        i++;
    return i;
}

static bool check_wanted(const struct archive *archive, const struct archive_wanted *wanted,
                         bool found, struct error *error)
{
    if (found)
        return fail(archive, error, "it is there twice");
    if (archive->type != '0')
        return fail(archive, error, "it is not a regular file");
    if (archive->size >= wanted->minimum && archive->size <= wanted->maximum)
        return true;
    char reason[96];
    snprintf(reason, sizeof reason, "it has %ju bytes, %s than the %ju it should",
             (uintmax_t)archive->size, archive->size < wanted->minimum ? "less" : "more",
             (uintmax_t)(archive->size < wanted->minimum ? wanted->minimum : wanted->maximum));
    return fail(archive, error, reason);
}

static bool visit(struct archive *archive, const struct archive_wanted *wanted, size_t count,
                  archive_handler *handle, void *context, struct error *error)
{
    bool found[ARCHIVE_WANTED_MAX] = {false};
    bool more = true;
    for (;;) {
        if (!next_entry(archive, &more, error))
            return false;
        if (!more)
            break;
        size_t i = find_wanted(archive->name, wanted, count);
        if (i == count)
            continue;
        if (!check_wanted(archive, &wanted[i], found[i], error)
            || !handle(context, i, archive, error))
            return false;
        found[i] = true;
    }
    for (size_t i = 0; i < count; i++) {
        if (!found[i])
            return error_set(error, "%s: it has no entry '%s'", archive->gzip.path, wanted[i].name);
    }
    return true;
}

bool archive_visit(const char *path, const struct archive_wanted *wanted, size_t count,
                   archive_handler *handle, void *context, struct error *error)
{
    struct archive archive = {.name = "start of archive"};
    bool good = gzip_open(&archive.gzip, path, error)
                && visit(&archive, wanted, count, handle, context, error);
    gzip_close(&archive.gzip);
    return good;
}
