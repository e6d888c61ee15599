# schema_test.py SCHEMA CASES: the shipped JSON Schema takes and refuses what the program does. A
# case with "schema": true is refused by the program for what no schema can say, and taken here.
import json
import sys

import jsonschema

schema = json.load(open(sys.argv[1]))
cases = json.load(open(sys.argv[2]))
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
failed = 0
for case in cases:
    expected = case.get("schema", not case["mistakes"])
    found = [error.message for error in validator.iter_errors(case["config"])]
    if expected != (not found):
        failed += 1
        print(f"{case['case']}: the schema should {'take' if expected else 'refuse'} it {found}")
print(f"{len(cases)} cases, {failed} differ from the program")
sys.exit(1 if failed or len(cases) < 20 else 0)
