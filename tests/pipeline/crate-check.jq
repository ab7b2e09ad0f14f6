# What a crate must be by RO-Crate 1.1, Workflow RO-Crate 1.0 and the profiles Process, Workflow and
# Provenance Run Crate 0.5: a line for each thing that is not so, nothing for a crate that is right.

def list: if type == "array" then . elif . == null then [] else [.] end;
def ids: list | map(."@id");
def types: ."@type" | list;
def is_a($type): types | index([$type]) != null;
def is_time: type == "string" and test("^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:]{8}(Z|[+-][0-9:]{5}))?$");
def is_text: type == "string" and length > 0;
def must($text; holds): if holds then empty else $text end;

."@graph" as $graph
| ($graph | map({key: ."@id", value: .}) | from_entries) as $at
| $at["./"] as $root
| $at["ro-crate-metadata.json"] as $descriptor
| $at[$root.mainEntity | ids[0]] as $workflow
| [$graph[] | select(is_a("CreateAction"))] as $actions
| [$actions[] | select((.instrument | ids) == [$workflow."@id"])] as $runs
| [$actions[] | select((.instrument | ids) != [$workflow."@id"])] as $tool_runs
| [$graph[] | select(is_a("ControlAction"))] as $controls
| [$graph[] | select(is_a("OrganizeAction"))] as $organised
| ($tool_runs | map(. as $run | .result | ids | map({key: ., value: $run."@id"})) | add // []
    | from_entries) as $maker
| ($controls | map({key: (.object | ids[0]), value: $at[.instrument | ids[0]].position})
    | from_entries) as $position

| (
must("@context: not RO-Crate 1.1 with the workflow-run terms"; (."@context" | list) as $c
    | ($c | index(["https://w3id.org/ro/crate/1.1/context"])) and
      ($c | index(["https://w3id.org/ro/terms/workflow-run/context"]))),
must("an @id stands twice"; ($graph | length) == ($graph | map(."@id") | unique | length)),
($graph[] | must("\(."@id"): no @id or @type"; (."@id" | is_text) and (types | length > 0))),
([$graph[] | .. | objects | select(keys == ["@id"]) | ."@id"] | unique[]
    | must("\(.): nothing of that @id"; $at[.])),

# RO-Crate 1.1: the descriptor, the root, the data entities.
must("descriptor: not a CreativeWork about ./"; $descriptor
    | is_a("CreativeWork") and (.about | ids) == ["./"]),
must("descriptor: does not conform to RO-Crate 1.1";
    $descriptor.conformsTo | ids | index(["https://w3id.org/ro/crate/1.1"])),
must("root: no Dataset"; $root | is_a("Dataset")),
must("root: no name"; $root.name | is_text),
must("root: no description"; $root.description | is_text),
must("root: no datePublished"; $root.datePublished | is_time),
must("root: no license"; $root.license | ids | length == 1),
($graph[] | select(is_a("File") or (is_a("Dataset") and ."@id" != "./")) | ."@id"
    | must("\(.): not a part of the root"; [.] as $id | $root.hasPart | ids | index($id))),
($root.hasPart | ids[] | must("\(.): a part, but no File or Dataset";
    $at[.] | is_a("File") or is_a("Dataset"))),
($graph[] | select(is_a("File")) | must("\(."@id"): no contentSize or sha256";
    (.contentSize | is_text and test("^[0-9]+$")) and (.sha256 | is_text and test("^[0-9a-f]{64}$")))),

# Workflow RO-Crate 1.0.
must("mainEntity: not File, SoftwareSourceCode and ComputationalWorkflow"; $workflow
    | is_a("File") and is_a("SoftwareSourceCode") and is_a("ComputationalWorkflow")),
must("workflow: no name"; $workflow.name | is_text),
must("workflow: no programmingLanguage"; $at[$workflow.programmingLanguage | ids[0]]
    | is_a("ComputerLanguage") and (.name | is_text)),

# Process and Workflow Run Crate 0.5.
("process/0.5", "workflow/0.5", "provenance/0.5" | "https://w3id.org/ro/wfrun/" + .
    | must("root: does not conform to \(.)"; . as $profile
        | ($root.conformsTo | ids | index([$profile])) and
          ($at[$profile] | is_a("CreativeWork") and (.name | is_text) and (.version | is_text)))),
must("no run of the workflow"; $runs | length == 1),
must("no run of a tool"; $tool_runs | length > 0),
($actions[] | ."@id" as $id
    | must("\($id): no name"; .name | is_text),
      must("\($id): no description"; .description | is_text),
      must("\($id): no endTime"; .endTime | is_time),
      must("\($id): startTime is no time"; .startTime == null or (.startTime | is_time)),
      must("\($id): ends before it starts"; .startTime == null or .startTime <= .endTime),
      must("\($id): no result"; .result | ids | length > 0),
      must("\($id): no agent"; [.agent | ids[] | $at[.] | is_a("Person") or is_a("Organization")] == [true]),
      must("\($id): not one instrument"; .instrument | ids | length == 1),
      must("\($id): not mentioned by the root"; $root.mentions | ids | index([$id])),
      (.object, .result | ids[] | must("\($id): \(.) is no data"; $at[.] | is_a("File")
          or is_a("Dataset") or is_a("Collection") or is_a("PropertyValue")))),
($runs[] | must("\(."@id"): no startTime"; .startTime | is_time),
    must("\(."@id"): no object"; .object | ids | length > 0)),
($workflow | .input, .output | ids[] | must("\(.): no FormalParameter with name and additionalType";
    $at[.] | is_a("FormalParameter") and (.name | is_text) and (.additionalType | is_text))),
($workflow | .input, .output | ids[] | must("\(.): nothing realises it"; . as $parameter
    | [$runs[] | .object, .result | ids[] | $at[.].exampleOfWork | ids[]] | index([$parameter]))),
($graph[] | select(is_a("PropertyValue")) | must("\(."@id"): no name or value";
    (.name | is_text) and (.value | is_text))),

# Provenance Run Crate 0.5.
($tool_runs[] | must("\(."@id"): its tool is no part of the workflow";
    (.instrument | ids) as $tool | $workflow.hasPart | ids | index($tool))),
($workflow.hasPart | ids[] | must("\(.): no SoftwareApplication with name and version";
    $at[.] | is_a("SoftwareApplication") and (.name | is_text) and (.softwareVersion | is_text))),
must("workflow: has steps, but is no HowTo"; $workflow | is_a("HowTo")),
($workflow.step | ids[] | must("\(.): no HowToStep with a tool of the workflow"; $at[.]
    | is_a("HowToStep") and ((.workExample | ids) - ($workflow.hasPart | ids) == []))),
($tool_runs[] | must("\(."@id"): no step's execution"; ."@id" as $id
    | [$controls[] | select((.object | ids) == [$id]) | .instrument | ids[]]
        - ($workflow.step | ids) == [] and $position[$id] != null)),
($tool_runs[] | ."@id" as $id | .object | ids[] | select($maker[.])
    | must("\($id): uses \(.), which a later step makes"; $position[$maker[.]] < $position[$id])),
must("no run of the engine"; $organised | length == 1),
($organised[] | must("\(."@id"): not of all steps, with the workflow's run as result";
    (.object | ids | sort) == ($controls | map(."@id") | sort) and (.result | ids) == ($runs | map(."@id"))
    and any(.instrument | ids[]; $at[.] | is_a("SoftwareApplication"))))
)
