# The metadata of a crate: RO-Crate 1.1 with the profile Provenance Run Crate 0.5
# (https://w3id.org/ro/wfrun/provenance/0.5), which extends Workflow Run, Process Run and Workflow
# RO-Crate. Called by pipeline/crate.sh, which says what it is given.

def rows: split("\n") | map(select(. != "") | split("\t"));
def refs: map({"@id": .});
def time: tonumber | todate;
def words: split(" ") | map(select(. != ""));
def specification: "https://w3id.org/ro/crate/1.1";
def profile_uris: ["https://w3id.org/ro/wfrun/process/0.5", "https://w3id.org/ro/wfrun/workflow/0.5",
    "https://w3id.org/ro/wfrun/provenance/0.5", "https://w3id.org/workflowhub/workflow-ro-crate/1.0"];
def profile_names: ["Process Run Crate", "Workflow Run Crate", "Provenance Run Crate", "Workflow RO-Crate"];

def format_of:
    {tsv: "text/tab-separated-values", pdf: "application/pdf", dat: "text/plain", sha256: "text/plain",
     tex: "text/x-tex", md: "text/markdown", mk: "text/x-makefile", bin: "application/octet-stream",
     safetensors: "application/octet-stream"}[split("/")[-1] | split(".")[-1]] // "text/plain";

def description_of:
    if endswith("init.safetensors") then "Initial weights, safetensors"
    elif endswith("final.safetensors") then "Trained weights, safetensors"
    elif endswith("log.tsv") then "Log of a training, a line an epoch"
    elif endswith("losses.tsv") then "The log without its rates"
    elif endswith("accuracy.tsv") then "Correct answers on the training and the test images"
    elif startswith("data/published/") then "Published values, to compare with"
    elif startswith("data/sample/") then "The beginning of a file of CIFAR-10"
    elif endswith(".dat") then "What a figure draws"
    elif endswith("bounds.tsv") then "Ratios of what the theorems bound to their bounds"
    elif endswith("manifest.sha256") then "SHA-256 of the files that the report rests on"
    elif endswith("paper.pdf") then "The report"
    elif endswith(".pdf") then "A figure of the report"
    elif endswith(".tex") then "A table of the report"
    elif endswith("experiments.tsv") then "The experiments, a row a run"
    else "A source of the workflow" end;

# Steps in the order in which one may need another's results.
def steps: ["initialise", "train", "record", "evaluate", "losses", "curves", "demonstrate", "figures", "manifest",
    "tables", "report"];
def setting_type: if test("^(TRAIN|TEST|EPOCHS)_") then "Integer" elif . == "LEARNING_RATE" then "Float"
    else "Text" end;

($files | rows) as $files
| ($files | map({key: .[0], value: .[2]}) | from_entries) as $written
| ($begun | rows | map({key: .[0], value: .[1]}) | from_entries) as $begun
| ($actions | rows | map({step: .[0], tool: .[1], target: .[2], objects: (.[3] | words),
    results: (.[4] | words), command: .[5], action: ("#run-" + .[2])})) as $actions
| ($actions | map(.target)) as $made
| ([$actions[] | .results[]] | unique) as $results
| ($settings | rows) as $settings
| ($tools | rows) as $tools
| ($packages | rows | map(select(.[1] != ""))) as $packages
| ($archive | rows[0][0] | split(" ")) as $archive
| ("https://www.cs.toronto.edu/~kriz/" + $archive[-1]) as $archive_id
| ($actions | map(.tool) | unique | map("#tool-" + .)) as $tool_ids
| ($data == "data/sample") as $sample
# The sample is a folder of the crate; the whole of CIFAR-10 is not in it, but named.
| (if $sample then $data + "/" else "#cifar10" end) as $images
| ($files | map(.[0]) | map(select(endswith("/paper.pdf")))[0]) as $report
| ([$begun[]] + [$results[] | $written[.]] | map(tonumber) | min) as $first
| ($written[$report] | time) as $finished

| [ {"@id": "ro-crate-metadata.json", "@type": "CreativeWork", about: {"@id": "./"},
     conformsTo: ([specification, profile_uris[-1]] | refs)},
    {"@id": "./", "@type": "Dataset", conformsTo: (profile_uris | refs),
     name: "A run of reinit: \($settings | map("\(.[0])=\(.[1])") | join(", "))",
     description: ("Initial weights, trainings, accuracies, figures, tables and report of Randomization in"
        + " Machine Learning: Weight Initialization and Training, made by \($command)"
        + " at commit \($commit)."),
     datePublished: $finished, license: {"@id": "https://spdx.org/licenses/MIT"},
     author: {"@id": "#authors"}, mainEntity: {"@id": "Makefile"},
     hasPart: (($files | map(.[0])) + (if $sample then [$images] else [] end) | refs),
     mentions: (["#run"] + ($actions | map(.action)) + ["#run-of-make"]
         + (if $sample then [] else [$images] end) | refs)} ]

+ [range(profile_uris | length) | {"@id": profile_uris[.], "@type": "CreativeWork",
    name: profile_names[.], version: (profile_uris[.] | split("/")[-1])}]
+ [ {"@id": specification, "@type": "CreativeWork", name: "RO-Crate", version: "1.1"},
    {"@id": "https://spdx.org/licenses/MIT", "@type": "CreativeWork", name: "MIT License",
     identifier: "https://spdx.org/licenses/MIT"},
    {"@id": "#authors", "@type": "Organization", name: "The reinit authors"},
    {"@id": "#agent", "@type": "Person", name: $agent},
    {"@id": "#gnu-make", "@type": "ComputerLanguage", name: "GNU Make",
     url: "https://www.gnu.org/software/make/", version: ($tools[] | select(.[0] == "make") | .[2])} ]

# Files.
+ [$files[] | . as [$path, $size, $seconds, $hash]
    | {"@id": $path, "@type": "File", name: $path, description: ($path | description_of),
       encodingFormat: ($path | format_of), contentSize: $size, sha256: $hash}
    + if $path == "Makefile" then
        {"@type": ["File", "SoftwareSourceCode", "ComputationalWorkflow", "HowTo"],
         description: "The workflow: from the raw pixels of CIFAR-10 to the report",
         version: "\($version), commit \($commit)", programmingLanguage: {"@id": "#gnu-make"},
         creator: {"@id": "#authors"}, license: {"@id": "https://spdx.org/licenses/MIT"},
         input: (["#input-images"] + ($settings | map("#input-" + .[0])) | refs),
         output: (["#output-report"] | refs), hasPart: ($tool_ids | refs),
         step: ($actions | map(.step) | unique | map("#step-" + .) | refs),
         softwareRequirements: ($packages | map("#package-" + .[0]) | refs)}
      elif ($path | endswith(".mk")) then
        {"@type": ["File", "SoftwareSourceCode"], programmingLanguage: {"@id": "#gnu-make"}}
      elif $path == $report then {exampleOfWork: {"@id": "#output-report"}}
      elif $path == "README.md" then {about: {"@id": "./"}}
      else {} end
    + if $results | index([$path]) then {dateModified: ($seconds | time)} else {} end]
+ [ {"@id": $archive_id, "@type": "CreativeWork", name: "CIFAR-10, binary version",
     encodingFormat: "application/gzip", contentSize: "170052171", sha256: $archive[0],
     url: "https://www.cs.toronto.edu/~kriz/cifar.html"} ]
+ if $sample then
    [ {"@id": $images, "@type": "Dataset", name: "The beginning of CIFAR-10",
       description: "The first records of each of its files", isBasedOn: {"@id": $archive_id},
       exampleOfWork: {"@id": "#input-images"},
       hasPart: ($files | map(.[0]) | map(select(startswith($images))) | refs)} ]
  else
    ($sums | split("\n") | map(select(. != "") | split("  "))) as $sums
    | [ {"@id": $images, "@type": "Collection", name: "CIFAR-10",
         description: "The six files of its binary version, whatever source they came from",
         isBasedOn: {"@id": $archive_id}, exampleOfWork: {"@id": "#input-images"},
         hasPart: ($sums | map("#cifar10-" + .[1]) | refs)} ]
    + [$sums[] | {"@id": ("#cifar10-" + .[1]), "@type": "CreativeWork", name: .[1], sha256: .[0]}]
  end

# What may be chosen, and what was.
+ [ {"@id": "#input-images", "@type": "FormalParameter", name: "images", valueRequired: true,
     additionalType: (if $sample then "Dataset" else "Collection" end),
     description: "CIFAR-10 in its binary version"},
    {"@id": "#output-report", "@type": "FormalParameter", name: "report", additionalType: "File",
     encodingFormat: "application/pdf"} ]
+ [$settings[] | {"@id": ("#input-" + .[0]), "@type": "FormalParameter", name: .[0],
    additionalType: (.[0] | setting_type)}]
+ [$settings[] | {"@id": ("#setting-" + .[0]), "@type": "PropertyValue", name: .[0], value: .[1],
    exampleOfWork: {"@id": ("#input-" + .[0])}}]

# Tools.
+ [$actions | map(.tool) | unique[] | . as $tool | ($tools | map(select(.[0] == $tool))[0]) as $known
    | {"@id": ("#tool-" + $tool), "@type": "SoftwareApplication"}
    + if $known then {name: $known[1], softwareVersion: $known[2], url: $known[3]}
      else {name: $tool, softwareVersion: $version,
            description: ("A tool of reinit: " + if $tool | endswith(".sh") then "pipeline/\($tool)"
                else "src/tools/\($tool).c" end + ", commit \($commit)")} end]
+ [$tools[] | select(.[0] == "make") | {"@id": "#tool-make", "@type": "SoftwareApplication", name: .[1],
    softwareVersion: .[2], url: .[3]}]
+ [$packages[] | {"@id": ("#package-" + .[0]), "@type": "SoftwareApplication", name: .[0],
    softwareVersion: .[1], url: ("https://packages.debian.org/" + .[0])}]
+ [ {"@id": "#machine", "@type": "IndividualProduct", name: "The machine that holds the runs",
     additionalProperty: ($machine | rows | map("#machine-" + .[0]) | refs)} ]
+ [$machine | rows[] | {"@id": ("#machine-" + .[0]), "@type": "PropertyValue", name: .[0], value: .[1]}]

# What happened.
+ [ {"@id": "#run", "@type": "CreateAction", name: "The run of the workflow", description: $command,
     instrument: {"@id": "Makefile"}, agent: {"@id": "#agent"}, startTime: ($first | todate),
     endTime: $finished,
     object: ([$images] + ($settings | map("#setting-" + .[0]))
         + ($files | map(.[0]) | map(select(test("^data/published/|/experiments\\.tsv$")))) | refs),
     result: ($results | refs),
     actionStatus: "http://schema.org/CompletedActionStatus"},
    {"@id": "#run-of-make", "@type": "OrganizeAction", name: "The run of GNU Make",
     instrument: (["#tool-make", "#machine"] | refs), agent: {"@id": "#agent"},
     startTime: ($first | todate), endTime: $finished,
     object: ($actions | map("#control-" + .target) | refs), result: {"@id": "#run"}} ]
+ [$actions | map(.step) | unique[] | . as $step
    | {"@id": ("#step-" + $step), "@type": "HowToStep", name: $step,
       position: (steps | index($step)),
       workExample: ([$actions[] | select(.step == $step) | "#tool-" + .tool] | unique | refs
           | if length == 1 then .[0] else . end)}]
+ [$actions[]
    | {"@id": .action, "@type": "CreateAction", name: "\(.step): \(.target)", description: .command,
       instrument: {"@id": ("#tool-" + .tool)}, agent: {"@id": "#agent"},
       object: (.objects | map(if . == $data then $images else . end) | refs),
       result: (.results | refs), endTime: ($written[.target] | time),
       actionStatus: "http://schema.org/CompletedActionStatus"}
    + if $begun[.target] then {startTime: ($begun[.target] | time)} else {} end]
+ [$actions[] | {"@id": ("#control-" + .target), "@type": "ControlAction",
    name: "\(.step): \(.target)", instrument: {"@id": ("#step-" + .step)}, object: {"@id": .action}}]

| {"@context": [specification + "/context", "https://w3id.org/ro/terms/workflow-run/context"],
   "@graph": .}
