# make why: what is behind a rerun, and what it would cost.
#   make -n TARGET | awk -f pipeline/why.awk -v target=TARGET -v keys="FILE.key..." -v logs="LOG.tsv..."
#       -v data=FOLDER -v sums=FILE -v several_tracks=0|1 -v several_seeds="RUN..."
# What make would run ends, for each result, with the command that notes its key: what it is made of (00-settings.mk).
# That is compared, name by name, with the nearest key there is. Other files are made by time, and make alone knows why.

# A key: pairs of a name and a value.
function read_key(text, key,    part, n, i)
{
    split("", key)
    n = split(text, part, " ")
    for (i = 1; i < n; i += 2)
        key[part[i]] = part[i + 1]
}

# KEY[FILE] of all results there are.
function read_keys(    path, n, i, line, file)
{
    n = split(keys, path, " ")
    for (i = 1; i <= n; i++) {
        file = path[i]
        sub(/\.key$/, "", file)
        line = ""
        getline line <path[i]
        close(path[i])
        if (line != "")
            KEY[file] = substr(line, index(line, " := ") + 4)
    }
}

function exists(file,    line, there)
{
    there = (getline line <file) >= 0
    close(file)
    return there
}

function beside(file, name)
{
    sub(/[^\/]*$/, name, file)
    return file
}

# The stage that makes a file, as its target on the command line; a file of no stage is its own.
function stage_of(file,    part, n, where)
{
    n = split(file, part, "/")
    if (file ~ /^data\/runs\//) {
        where = part[n] ~ /^init/ ? "init-" : part[n] ~ /^(final|log)/ ? "train-" : "evaluate-"
        return where part[n - 2] (several_tracks ? " " part[n - 3] : "") \
            (index(" " several_seeds " ", " " part[n - 2] " ") ? " " part[n - 1] : "")
    }
    if (file ~ /\/paper\.pdf$/)
        return "paper"
    if (file ~ /\/(figure-[0-9c]\.pdf|table-[0-9]\.tex)$/) {
        sub(/\.[a-z]*$/, "", part[n])
        return part[n]
    }
    return file == "data/cifar10" ? "fetch" : file
}

# A command of make -n: which file it makes.
{
    line = held $0
    if (sub(/\\$/, "", line)) {
        held = line
        next
    }
    held = file = ""
    n = split(line, word, " ")
    if (match(line, /^echo 'MADE_BY_[^']*/)) {
        line = substr(line, 15, RLENGTH - 14)
        file = substr(line, 1, index(line, " := ") - 1)
        WANTED[file] = substr(line, index(line, " := ") + 4)
    } else if (word[1] == "pipeline/copy.sh")
        COPIED[word[3] "/" word[n]] = word[2]
    else if (word[1] ~ /^(figures\/draw|paper\/build)\.sh$/)
        file = word[2]
    else if (line ~ /\/settings && mkdir .* && touch /)
        file = word[n]
    else if (match(line, /mv [^ ]*\.\$PPID\.partial/))
        file = substr(line, RSTART + 3, RLENGTH - 3 - length(".$PPID.partial"))
    else if (match(line, / --out [^ ]*/))
        file = substr(line, RSTART + 7, RLENGTH - 7)
    if (file != "" && !(file in SEEN)) {
        SEEN[file]
        PLAN[++PLANNED] = file
    }
}

function differences(was, is,    old, new, name, n)
{
    read_key(was, old)
    read_key(is, new)
    for (name in new)
        n += old[name] "" != new[name] ""
    return n + 0
}

# The result of the same run and seed with the fewest other values; of two, the one in its place.
function nearest(file,    tail, other, place, n, least, found)
{
    tail = file
    sub(/^data\/runs\/[^\/]*/, "", tail)
    for (other in KEY) {
        place = other
        sub(/\/earlier-[^\/]*/, "", place)
        if (substr(place, length(place) - length(tail) + 1) != tail)
            continue
        n = differences(KEY[other], WANTED[file])
        if (found == "" || n < least || (n == least && (other == file || (found != file && other < found)))) {
            found = other
            least = n
        }
    }
    return found
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

# The files of a folder that are not what their checksums say.
function print_wrong(folder, sums)
{
    print_lines("sed 's|  |&" folder "/|' " sums " | sha256sum --check --quiet 2>/dev/null" \
        " | sed 's/: FAILED.*//'", " is not what " sums " says")
}

# Accuracies whose training is to be done too: its reasons are not told twice.
function has_parent(file)
{
    return file ~ /accuracy\.tsv$/ && (beside(file, "final.safetensors") in WANTED)
}

function say(file, text)
{
    print stage_of(file) ": " text
    ROOT[stage_of(file)]
    ROOTS++
}

# A result with a key: the values that differ; if none does, what is gone.
function explain_key(file,    other, old, new, part, n, i, word, said, partner)
{
    if (has_parent(file) && (file in COPIED || !exists(file)))
        return
    if (file in COPIED) {
        say(file, "as in " COPIED[file])
        return
    }
    other = nearest(file)
    read_key(KEY[other], old)
    read_key(WANTED[file], new)
    n = other == "" ? 0 : split(WANTED[file], part, " ")
    for (i = 1; i < n; i += 2) {
        word = part[i]
        if (old[word] "" == new[word] "" || (has_parent(file) && word != "test"))
            continue
        say(file, name_of(word) " was " shortened(old[word]) ", is " shortened(new[word]))
        if (word == "numerics")
            print_lines("find src -name '*.[ch]' -newer " other ".key | sort", " is newer than the result")
        if (word == "data")
            print_wrong(data, sums)
        said = 1
    }
    # Initial weights of another folder are recomputed here.
    if (said || has_parent(file) || (file ~ /\/init/ && other != "" && other != file))
        return
    partner = beside(file, file ~ /\/final/ ? "log.tsv" : "answers.tsv")
    if (!exists(file) || other != file)
        say(file, file (exists(file) ? ".key" : "") " is missing")
    else if (file !~ /\/init/ && !exists(partner))
        say(file, partner " is missing")
}

# CIFAR-10, or a stamp: its name has the settings that are no file.
function explain_other(file,    folder, was)
{
    if (file == "data/cifar10") {
        say(file, "data/cifar10 is not whole")
        print_wrong("data/cifar10", "pipeline/checksums/cifar10.sha256")
    }
    if (file !~ /\/settings\//)
        return
    folder = beside(file, "")
    ("ls " folder " 2>/dev/null") | getline was
    close("ls " folder " 2>/dev/null")
    if (was == "")
        return
    print (file ~ /^paper/ ? "paper" : "figures") ": settings were " was ", are " substr(file, length(folder) + 1)
    ROOTS++
}

# Stages that follow from the above. Where nothing is above, a file is missing or old.
function explain_rest(    i, file, stage, list, seen, stages)
{
    for (i = 1; i <= PLANNED; i++)
        stages += stage_of(PLAN[i]) !~ /\//
    for (i = 1; i <= PLANNED; i++) {
        file = PLAN[i]
        stage = stage_of(file)
        if (file ~ /\/(settings\/|init\.|final\.)/ || stage in ROOT || stage in seen || (stages && stage ~ /\//))
            continue
        seen[stage]
        if (!ROOTS)
            print stage ": " file (exists(file) ? " is older than what it is made of" : " is missing")
        else
            list = list (list == "" ? "" : ", ") stage
    }
    if (list != "")
        print "follow: " list
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

# One training, from its key, without the epochs that are done.
function cost_of_training(file,    key, kind, path, begun, images, seconds)
{
    read_key(WANTED[file], key)
    path = beside(file, "begun")
    getline begun <path
    close(path)
    if (begun == WANTED[file])
        key["epochs"] -= EPOCHS[beside(file, "log.tsv")]
    images = key["epochs"] * key["examples"]
    kind = key["net"] " " key["gemm"]
    if ((kind " " key["batch"]) in IMAGES)
        kind = kind " " key["batch"]
    if (!(kind in IMAGES)) {
        unknown++
        return "unknown: no log here tells how fast " kind " trains"
    }
    seconds = images * SECONDS[kind] / IMAGES[kind]
    training += seconds
    return sprintf("%s: %d images at %.0f images/s (%s)", duration(seconds), images,
        IMAGES[kind] / SECONDS[kind], SOURCES[kind] == 1 ? FROM[kind] : SOURCES[kind] " logs")
}

function print_costs(    i, file, evaluations, others)
{
    read_rates()
    for (i = 1; i <= PLANNED; i++) {
        file = PLAN[i]
        if (file in COPIED || file ~ /\/settings\//)
            continue
        if (file ~ /\/final\.safetensors$/ && WANTED[file] !~ / record /)
            print "cost: " stage_of(file) ": " cost_of_training(file)
        else if (file ~ /\/accuracy\.tsv$/)
            evaluations++
        else
            others++
    }
    if (training > 0)
        print "cost: all trainings whose speed is known: " duration(training)
    if (evaluations + others > 0)
        print "cost: unknown, as no time of theirs is recorded: evaluations " evaluations + 0 \
            ", other files " others + 0
}

END {
    if (PLANNED == 0)
        print target ": nothing: up to date"
    read_keys()
    for (i = 1; i <= PLANNED; i++)
        if (PLAN[i] in WANTED)
            explain_key(PLAN[i])
        else
            explain_other(PLAN[i])
    explain_rest()
    if (PLANNED > 0)
        print_costs()
}
