/* Text from outside, made fit to be shown. */
#include "unit/support.h"

#include "base/text.h"

static void assert_plain(const char *text, const char *expected)
{
    char copy[64];
    snprintf(copy, sizeof copy, "%s", text);
    text_make_plain(copy);
    assert_string_equal(copy, expected);
}

static void test_control_characters(void **state)
{
    (void)state;
    assert_plain("", "");
    assert_plain("a\nb\x1b[2J\x7f\x01", "a?b?[2J??");
    /* U+0080 to U+009F, of which U+009B begins a command as ESC [ does. */
    assert_plain("a\xc2\x9b"
                 "2Jb",
                 "a?2Jb");
    assert_plain("\xc2\x80\xc2\x9f", "??");
}

static void test_what_stays(void **state)
{
    (void)state;
    assert_plain("\xc2\xa0 \xc2\xbf \xc3\x9b", "\xc2\xa0 \xc2\xbf \xc3\x9b"); /* U+00A0, BF, DB */
    assert_plain("\xe2\x82\xac \xf0\x9f\x98\x80", "\xe2\x82\xac \xf0\x9f\x98\x80");
    assert_plain("cut\xc2", "cut\xc2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_control_characters),
        cmocka_unit_test(test_what_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
