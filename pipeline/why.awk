# make why: what is behind a rerun, and what it would cost.
#   make -n --trace TARGET | awk -f pipeline/plan.awk -f pipeline/why.awk -v target=TARGET
#       -v logs="LOG.tsv..." -v several_tracks=0|1 -v several_seeds="RUN..."
# A result that lies beside a key is compared with it name by name; all others go by time.

# A key's words are pairs, a name and a value.
function read_key(text, key,    part, n, i)
{
    n = split(text, part, " ")
    for (i = 1; i < n; i += 2) {
        key[i] = part[i]
        key[part[i], "value"] = part[i + 1]
    }
    return n
}

function recorded_key(file,    line)
{
    line = ""
    getline line <(file ".key")
    close(file ".key")
    return substr(line, index(line, " := ") + 4)
}

# The key that the recipe would write.
function present_key(file,    text)
{
    text = COMMANDS[file]
    if (!match(text, /echo 'MADE_BY_[^']*/))
        return ""
    text = substr(text, RSTART, RLENGTH)
    return substr(text, index(text, " := ") + 4)
}

function first_line(file,    line)
{
    line = ""
    getline line <file
    close(file)
    return line
}

function exists(file,    line, there)
{
    there = (getline line <file) >= 0
    close(file)
    return there
}

function name_of(word)
{
    if (word == "lr") return "learning_rate"
    if (word == "batch") return "batch_size"
    if (word == "test") return "test_examples"
    if (word == "numerics") return "arithmetic"
    return word
}

function shortened(value)
{
    return length(value) == 64 ? substr(value, 1, 12) "..." : value
}

function print_lines(command, text,    line)
{
    while ((command | getline line) > 0)
        print "    " line text
    close(command)
}

# What a changed hash stands for: which file, which sources.
function explain_hash(word, file,    folder)
{
    if (word == "numerics")
        print_lines("find src -name '*.[ch]' -newer " file ".key | sort", " is newer than the result")
    folder = option_of(all_commands(), "--data")
    if (word == "data" && folder != "")
        print_wrong(folder, "pipeline/checksums/" (folder == "data/sample" ? "sample" : "cifar10") \
            ".sha256")
}

# The files of a folder that are not what their checksums say.
function print_wrong(folder, sums)
{
    print_lines("sed 's|  |&" folder "/|' " sums " | sha256sum --check --quiet 2>/dev/null" \
        " | sed 's/: FAILED.*//'", " is not what " sums " says")
}

function all_commands(    i, text)
{
    for (i = 1; i <= PLANNED; i++)
        text = text COMMANDS[PLAN[i]] "\n"
    return text
}

# A result with a key. Prints the differences and returns how many; those that the training behind an
# evaluation has too are its own and not told twice.
function explain_key(file,    was, is, old, new, n, i, word, said)
{
    was = recorded_key(file)
    is = present_key(file)
    if (has_parent(file) && !exists(file))
        return 0
    if (!exists(file) || was == "") {
        print stage_of(file) ": " file (exists(file) ? ".key" : "") " is missing"
        return 1
    }
    read_key(was, old)
    n = read_key(is, new)
    for (i = 1; i < n; i += 2) {
        word = new[i]
        if (old[word, "value"] "" == new[word, "value"] "" || (has_parent(file) && word != "test"))
            continue
        print stage_of(file) ": " name_of(word) " was " shortened(old[word, "value"]) ", is " \
            shortened(new[word, "value"])
        explain_hash(word, file)
        said++
    }
    return said ? said : explain_partner(file) + explain_newer(file)
}

# What is made with a result of the same key, and is gone.
function explain_partner(file,    partner)
{
    partner = file ~ /final\.safetensors$/ ? log_of(file) : file ~ /accuracy\.tsv$/ ? answers_of(file) : ""
    if (partner == "" || exists(partner))
        return 0
    print stage_of(file) ": " partner " is missing"
    return 1
}

# Causes that are not themselves made anew. Returns how many.
function explain_newer(file,    cause, n, i, said)
{
    n = split(CAUSES[file], cause, " ")
    for (i = 1; i <= n; i++) {
        if (cause[i] in CAUSES || cause[i] == "FORCE")
            continue
        print stage_of(file) ": " cause[i] " is newer than " file
        said++
    }
    return said + 0
}

function has_parent(file,    parent)
{
    parent = file
    return sub(/accuracy\.tsv$/, "final.safetensors", parent) && (parent in CAUSES)
}

function log_of(file)
{
    sub(/[^\/]*$/, "log.tsv", file)
    return file
}

function answers_of(file)
{
    sub(/[^\/]*$/, "answers.tsv", file)
    return file
}

# Any other target: by its causes. Returns how many of them are not themselves made anew.
function explain_times(file)
{
    if (file ~ /\/settings\//)
        return explain_settings(file)
    if (index(" " CAUSES[file] " ", " FORCE ")) {
        print stage_of(file) ": data/cifar10 is not whole"
        print_wrong("data/cifar10", "pipeline/checksums/cifar10.sha256")
        return 1
    }
    if (exists(file))
        return explain_newer(file)
    if (causes_planned(file))
        return 0
    print stage_of(file) ": " file " is missing"
    return 1
}

function causes_planned(file,    cause, n, i, planned)
{
    n = split(CAUSES[file], cause, " ")
    for (i = 1; i <= n; i++)
        planned += cause[i] in CAUSES
    return planned
}

# A stamp whose name says what is no file.
function explain_settings(file,    folder, was, is)
{
    folder = is = file
    sub(/[^\/]*$/, "", folder)
    sub(/.*\//, "", is)
    ("ls " folder " 2>/dev/null") | getline was
    close("ls " folder " 2>/dev/null")
    print (file ~ /^paper/ ? "paper" : "figures") ": " \
        (was == "" ? file " is missing" : "settings were " was ", are " is)
    return 1
}

# Reads the logs' rates: examples and seconds, by network, batch size and arithmetic, and by network.
function read_rates(    path, n, i)
{
    n = split(logs, path, " ")
    for (i = 1; i <= n; i++)
        read_rate(path[i])
}

function read_rate(path,    line, part, n, i, column, pair, kind, wide)
{
    while ((getline line <path) > 0) {
        n = split(line, part, "\t")
        if (line ~ /^# /) {
            split(line, pair, " ")
            pair[pair[2]] = pair[3]
            LOGGED[path, pair[2]] = pair[3]
        } else if (!column) {
            for (i = 1; i <= n; i++)
                if (part[i] == "examples_per_second")
                    column = i
        } else if (part[column] > 0) {
            EPOCHS[path]++
            wide = LOGGED[path, "net"] " " LOGGED[path, "arithmetic"]
            kind = wide " " LOGGED[path, "batch_size"]
            add_rate(kind, LOGGED[path, "examples"], part[column], path)
            add_rate(wide, LOGGED[path, "examples"], part[column], path)
        }
    }
    close(path)
}

function add_rate(kind, examples, rate, path)
{
    IMAGES[kind] += examples
    SECONDS[kind] += examples / rate
    if (FROM[kind] != path) {
        FROM[kind] = path
        SOURCES[kind]++
    }
}

function duration(seconds)
{
    if (seconds >= 5400)
        return sprintf("%.1f hours", seconds / 3600)
    return seconds >= 90 ? sprintf("%.0f minutes", seconds / 60) : sprintf("%.1f s", seconds)
}

# One training, from its command and key. Epochs it has done already, by the key it was begun with,
# are not done again.
function cost_of_training(file,    command, key, kind, epochs, images, seconds)
{
    command = COMMANDS[file]
    read_key(present_key(file), key)
    epochs = option_of(command, "--epochs")
    if (first_line(begun_of(file)) == present_key(file) && exists(log_of(file)))
        epochs -= EPOCHS[log_of(file)]
    images = epochs * option_of(command, "--examples")
    kind = key["net", "value"] " " key["gemm", "value"]
    if ((kind " " key["batch", "value"]) in IMAGES)
        kind = kind " " key["batch", "value"]
    if (!(kind in IMAGES)) {
        unknown++
        return "unknown: no log here tells how fast " kind " trains"
    }
    seconds = images * SECONDS[kind] / IMAGES[kind]
    training += seconds
    return sprintf("%s: %d images at %.0f images/s (%s)", duration(seconds), images,
        IMAGES[kind] / SECONDS[kind], SOURCES[kind] == 1 ? FROM[kind] : SOURCES[kind] " logs")
}

function begun_of(file)
{
    sub(/[^\/]*$/, "begun", file)
    return file
}

function print_costs(    i, file, evaluations, others)
{
    read_rates()
    for (i = 1; i <= PLANNED; i++) {
        file = PLAN[i]
        if (file ~ /\/final\.safetensors$/ && COMMANDS[file] ~ / --epochs /)
            print "cost: " stage_of(file) ": " cost_of_training(file)
        else if (file ~ /\/accuracy\.tsv$/)
            evaluations++
        else if (file !~ /\/(settings\/|(log|answers)\.tsv$)/)
            others++
    }
    if (training > 0)
        print "cost: all trainings whose speed is known: " duration(training)
    if (evaluations + others > 0)
        print "cost: unknown, as no time of theirs is recorded: evaluations " evaluations + 0 \
            ", other files " others + 0
}

# Stages that only follow, each once.
function print_followers(    i, stage, list, seen)
{
    for (i = 1; i <= PLANNED; i++) {
        stage = stage_of(PLAN[i])
        if (!(PLAN[i] in ROOT) && stage !~ /\// && !(stage in STAGE_OF_ROOT) && !(stage in seen)) {
            seen[stage]
            list = list (list == "" ? "" : ", ") stage
        }
    }
    if (list != "")
        print "follow: " list
}

END {
    if (PLANNED == 0)
        print target ": nothing: up to date"
    for (i = 1; i <= PLANNED; i++) {
        keyed = COMMANDS[PLAN[i]] ~ /echo 'MADE_BY_/
        if (keyed ? explain_key(PLAN[i]) : explain_times(PLAN[i])) {
            ROOT[PLAN[i]]
            STAGE_OF_ROOT[stage_of(PLAN[i])]
        }
    }
    print_followers()
    if (PLANNED > 0)
        print_costs()
}
