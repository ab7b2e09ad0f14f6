/* Command lines: what is taken, what is refused, and how. Each is parsed in a process of its own,
 * whose stdout and stderr go to files. */
#include "unit/support.h"

#include "base/file.h"
#include "base/options.h"

#include <getopt.h>
#include <sys/wait.h>

enum { RUNS = 77 }; /* the child's exit when tool_start says go on */

/* What the options below fill in. */
struct values {
    bool flag;
    const char *text;
    uint64_t number;
    double real;
    int choice;
    struct option_list list;
    int parsed;
    const char *operands[2];
    bool quiet;
};

static bool parse_yes(const char *value, void *target, struct error *error)
{
    *(int *)target = strcmp(value, "yes") == 0;
    return *(int *)target == 1 || error_set(error, "'%s' is not yes", value);
}

static const char *const choices[] = {"red", "green", NULL};

static bool parse(int argc, char **argv, struct values *v, int *code)
{
    *v = (struct values){.number = 5, .real = 0.5, .choice = 1};
    const struct option_spec options[]
        = {{"flag", NULL, "a flag", OPTION_FLAG, &v->flag},
           {"text", "T", "a text", OPTION_TEXT, &v->text, .required = true},
           {"number", "N", "a number", OPTION_UNSIGNED, &v->number, .minimum = 2, .maximum = 10},
           {"any", "N", "any number", OPTION_UNSIGNED, &v->number},
           {"real", "X", "a real number", OPTION_REAL, &v->real},
           {"choice", "NAME", "a choice", OPTION_CHOICE, &v->choice, .choices = choices},
           {"list", "ITEM", "a list", OPTION_LIST, &v->list},
           {"parsed", "YES", "yes", OPTION_PARSED, &v->parsed, .parse = parse_yes},
           {0}};
    struct tool tool = {"tool", "is a test", options, &v->quiet};
    if (strcmp(argv[0], "pair") == 0) {
        tool.operands = "A B";
        tool.values = v->operands;
    }
    optind = 1;
    return tool_start(&tool, argc, argv, code);
}

enum { ARGUMENTS_MAX = OPTION_LIST_MAX + 8 };

/* Splits at '|', so that arguments may be empty or hold blanks. */
static int split(char *line, char **argv)
{
    int argc = 0;
    argv[argc++] = line;
    for (char *c = line; *c != '\0'; c++) {
        if (*c == '|') {
            *c = '\0';
            argv[argc++] = c + 1;
        }
    }
    argv[argc] = NULL;
    return argc;
}

/* In this process; texts among the values last until the next call. */
static bool parses(const char *line, struct values *v)
{
    static char copy[1024];
    char *argv[ARGUMENTS_MAX];
    int code = -1;
    assert_true(strlen(line) < sizeof copy);
    strcpy(copy, line);
    return parse(split(copy, argv), argv, v, &code);
}

/* The exit code, and what was printed where. */
static int run(const char *line, char **out, char **err)
{
    char *names[2] = {support_path("out"), support_path("err")};
    char **texts[2] = {out, err};
    int status;
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        char *argv[ARGUMENTS_MAX], *copy = strdup(line);
        struct values v;
        int code = -1;
        if (copy == NULL || freopen(names[0], "w", stdout) == NULL
            || freopen(names[1], "w", stderr) == NULL)
            _exit(99);
        if (parse(split(copy, argv), argv, &v, &code))
            code = RUNS;
        fflush(NULL);
        _exit(code);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    for (int i = 0; i < 2; i++) {
        struct error error;
        size_t size;
        assert_good(file_read(names[i], 10000, (uint8_t **)texts[i], &size, &error), error);
        unlink(names[i]);
        free(names[i]);
    }
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void test_taken(void **state)
{
    (void)state;
    struct values v;
    assert_true(parses("tool|--text|a b|--flag|--number|10|--real|2.5e-3|--choice=red|--list|x"
                       "|--list=y",
                       &v));
    assert_true(!v.quiet);
    assert_true(v.flag && v.number == 10 && v.real == 2.5e-3 && v.choice == 0);
    assert_string_equal(v.text, "a b");
    assert_int_equal(v.list.count, 2);
    assert_string_equal(v.list.items[1], "y");
    assert_true(parses("tool|--text|t", &v));
    assert_true(!v.flag && v.number == 5 && v.real == 0.5 && v.choice == 1 && v.list.count == 0);
    assert_true(parses("tool|--text=-x|--number|2", &v));
    assert_string_equal(v.text, "-x");
    assert_true(parses("tool|--text|--flag", &v)); /* a value may look like an option */
    assert_string_equal(v.text, "--flag");
    assert_true(parses("tool|--text|t|--any|18446744073709551615", &v));
    assert_true(v.number == UINT64_MAX);
    assert_true(parses("tool|--quiet|--text|t", &v));
    assert_true(v.quiet);
    assert_true(parses("tool|--text|t|--number|007", &v)); /* decimal, not octal */
    assert_true(v.number == 7);
}

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *line, *words;
    } cases[] = {
        {"tool", "--text is missing"},
        {"tool|--flag", "--text is missing"},
        {"tool|--text", "'--text' needs a value"},
        {"tool|--text|", "--text: the value is empty"},
        {"tool|--text=", "--text: the value is empty"},
        {"tool|--text|a|--text|b", "--text: given twice"},
        {"tool|--text|a|--flag|--flag", "--flag: given twice"},
        {"tool|--text|a|--flag=1", "'--flag' takes no value"},
        {"tool|--text|a|--help=", "'--help' takes no value"},
        {"tool|--text|a|--quiet=yes", "'--quiet' takes no value"},
        {"tool|--text|a|--quiet|--quiet", "--quiet: given twice"},
        {"tool|--tex|a", "'--tex' is not an option"},
        {"tool|--tex=a", "'--tex' is not an option"},
        {"tool|--texts|a", "'--texts' is not an option"},
        {"tool|--text|a|--fl", "'--fl' is not an option"},
        {"tool|--f", "'--f' is not an option"},
        {"tool|--text|a|--num|3", "'--num' is not an option"},
        {"tool|--text|a|--num", "'--num' is not an option"},
        {"tool|--hel", "'--hel' is not an option"},
        {"tool|--v", "'--v' is not an option"},
        {"tool|--=3", "'--' is not an option"},
        {"tool|-", "'-' is not an option"},
        {"tool|-hv", "'-hv' is not an option"},
        {"tool|stray|--text|a", "'stray' is not an option"},
        {"tool|--text|a|--bad\nname", "'--bad?name' is not an option"},
        {"tool|--text|a|stray", "'stray' is not an option"},
        {"tool|--text|a|--|stray", "'stray' is not an option"},
        {"tool|--text|a|-x", "is not an option"},
        {"tool|--text|a|--unknown", "'--unknown' is not an option"},
        {"tool|--text|a|--number|1", "--number: 1 is not within 2..10"},
        {"tool|--text|a|--number|11", "--number: 11 is not within 2..10"},
        {"tool|--text|a|--number|-3", "--number: '-3' is not a whole number"},
        {"tool|--text|a|--number|+3", "is not a whole number"},
        {"tool|--text|a|--number| 3", "is not a whole number"},
        {"tool|--text|a|--number|3 ", "is not a whole number"},
        {"tool|--text|a|--number|3x", "is not a whole number"},
        {"tool|--text|a|--number|0x3", "is not a whole number"},
        {"tool|--text|a|--number|3.0", "is not a whole number"},
        {"tool|--text|a|--number|3e0", "is not a whole number"},
        {"tool|--text|a|--any|18446744073709551616", "is not within"},
        {"tool|--text|a|--real|0", "is not a finite number above 0"},
        {"tool|--text|a|--real|-1", "is not a finite number above 0"},
        {"tool|--text|a|--real|1e999", "is not a finite number above 0"},
        {"tool|--text|a|--real|1e-999", "is not a finite number above 0"},
        {"tool|--text|a|--real|inf", "is not a number"},
        {"tool|--text|a|--real|nan", "is not a number"},
        {"tool|--text|a|--real|0x1p-3", "is not a number"},
        {"tool|--text|a|--real|1,5", "is not a number"},
        {"tool|--text|a|--real|1e-4x", "is not a number"},
        {"tool|--text|a|--real| 1", "is not a number"},
        {"tool|--text|a|--choice|blue", "--choice: 'blue' is none of red, green"},
        {"tool|--text|a|--choice|re", "'re' is none of red, green"},
        {"tool|--text|a|--choice|Red", "'Red' is none of red, green"},
        {"tool|--text|a|--list|1|--list|2|--list|3|--list|4|--list|5|--list|6|--list|7|--list|8"
         "|--list",
         "'--list' needs a value"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *out, *err;
        int code = run(cases[i].line, &out, &err);
        if (code != EXIT_USAGE || strstr(err, cases[i].words) == NULL)
            fail_msg("%s: exit %d, \"%s\"", cases[i].line, code, err);
        assert_int_equal(strncmp(err, "tool: ", 6), 0);
        assert_ptr_equal(strchr(err, '\n'), err + strlen(err) - 1); /* one line */
        assert_non_null(strstr(err, "see tool --help"));
        assert_string_equal(out, "");
        free(out);
        free(err);
    }
}

static void test_help_and_version(void **state)
{
    (void)state;
    char *out, *err;
    assert_int_equal(run("tool|--help", &out, &err), EXIT_DONE);
    assert_string_equal(err, "");
    assert_non_null(strstr(out, "Usage: tool [OPTION]"));
    assert_non_null(strstr(out, "--text T"));
    assert_non_null(strstr(out, "(required)"));
    assert_non_null(strstr(out, "a choice: red|green"));
    assert_non_null(strstr(out, "--quiet"));
    free(out);
    free(err);
    assert_int_equal(run("tool|--version", &out, &err), EXIT_DONE);
    assert_int_equal(strncmp(out, "tool (reinit) ", 14), 0);
    free(out);
    free(err);
    assert_int_equal(run("tool|--text|t", &out, &err), RUNS);
    assert_string_equal(out, "");
    free(out);
    free(err);
}

/* A list has room for so many and no more. */
static void test_list(void **state)
{
    (void)state;
    char line[1024] = "tool|--text|t", *out, *err;
    struct values v;
    for (int i = 0; i < OPTION_LIST_MAX; i++)
        strcat(line, "|--list=x");
    assert_true(parses(line, &v));
    assert_int_equal(v.list.count, OPTION_LIST_MAX);
    strcat(line, "|--list=x");
    assert_int_equal(run(line, &out, &err), EXIT_USAGE);
    assert_non_null(strstr(err, "--list: given more than 64 times"));
    free(out);
    free(err);
}

/* Operands may stand anywhere among the options, and there are as many as the tool takes. */
static void test_operands(void **state)
{
    (void)state;
    struct values v;
    static const char *const lines[]
        = {"pair|a|b|--text|t",    "pair|--text|t|a|b",    "pair|a|--text|t|b",
           "pair|--text|t|--|a|b", "pair|--text|t|a|--|b", "pair|a|b|--text|t|--"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        assert_true(parses(lines[i], &v));
        assert_string_equal(v.operands[0], "a");
        assert_string_equal(v.operands[1], "b");
    }
    /* After "--" all are, whatever they look like. */
    assert_true(parses("pair|--text|t|--|-a|--", &v));
    assert_string_equal(v.operands[0], "-a");
    assert_string_equal(v.operands[1], "--");
    assert_true(parses("tool|--text|t|--", &v));
    static const struct {
        const char *line, *words;
    } refused[] = {{"pair|--text|t", "A B expected, 0 given"},
                   {"pair|--text|t|a", "A B expected, 1 given"},
                   {"pair|a|b|c|--text|t", "'c' is one too many"},
                   {"pair|--text|t|--|a", "A B expected, 1 given"},
                   {"pair|--text|t|--|a|b|--", "'--' is one too many"},
                   {"pair|a|b|--|--text|t", "'--text' is one too many"},
                   {"tool|a|--text|t", "'a' is not an option"}};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        char *out, *err;
        assert_int_equal(run(refused[i].line, &out, &err), EXIT_USAGE);
        assert_non_null(strstr(err, refused[i].words));
        free(out);
        free(err);
    }
}

/* A value that the tool parses itself. */
static void test_parsed(void **state)
{
    (void)state;
    struct values v;
    char *out, *err;
    assert_true(parses("tool|--text|t|--parsed|yes", &v) && v.parsed == 1);
    assert_int_equal(run("tool|--text|t|--parsed|no", &out, &err), EXIT_USAGE);
    assert_non_null(strstr(err, "--parsed: 'no' is not yes"));
    free(out);
    free(err);
}

/* A remark is one line, whatever is put into it. */
static void test_say(void **state)
{
    (void)state;
    const struct option_spec options[] = {{0}};
    const struct tool tool = {"tool", "is a test", options, NULL};
    char *name = support_path("said"), *text;
    fflush(stderr);
    int kept = dup(STDERR_FILENO);
    assert_true(kept >= 0 && freopen(name, "w", stderr) != NULL);
    tool_say(&tool, "%s is %d", "a\033[2J\nb\177 caf\303\251", 3);
    fflush(stderr);
    assert_true(dup2(kept, STDERR_FILENO) >= 0 && close(kept) == 0);
    struct error error;
    size_t size;
    assert_good(file_read(name, 1000, (uint8_t **)&text, &size, &error), error);
    assert_string_equal(text, "tool: a?[2J?b? caf\303\251 is 3\n");
    free(text);
    unlink(name);
    free(name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_taken),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_help_and_version),
        cmocka_unit_test(test_list),
        cmocka_unit_test(test_operands),
        cmocka_unit_test(test_parsed),
        cmocka_unit_test(test_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
