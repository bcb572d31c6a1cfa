"""Reads what `strongroom attest --json` printed with the libraries of those who defined it, and fails unless all of it
is valid: CycloneDX's own validator and object model, in-toto's protocol buffers of statement and predicates."""

import json
import sys

from cyclonedx.model.bom import Bom
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from google.protobuf import json_format
from in_toto_attestation.predicates.provenance.v1 import provenance_pb2
from in_toto_attestation.predicates.test_result.v0 import test_result_pb2
from in_toto_attestation.v1 import statement_pb2
from in_toto_attestation.v1.statement import Statement


def check_bom(bom):
    error = JsonStrictValidator(SchemaVersion.V1_7).validate_str(json.dumps(bom))
    if error is not None:
        sys.exit(f"the bill of materials is not CycloneDX 1.7: {error}")
    read = Bom.from_json(data=bom)
    read.validate()
    return {component.name: str(next(iter(component.hashes)).content) for component in read.components}


def check_statement(statement, predicate):
    # Unknown members are refused by the parser; what is missing by validate().
    read = json_format.Parse(json.dumps(statement), statement_pb2.Statement())
    Statement.copy_from_pb(read).validate()
    if predicate is not None:
        json_format.Parse(json.dumps(statement["predicate"]), predicate)
    return dict(read.subject[0].digest)["sha256"]


def main():
    document = json.load(open(sys.argv[1], encoding="utf-8"))
    provenance = provenance_pb2.Provenance()
    roots = [
        check_statement(document["scan"], None),
        check_statement(document["testResult"], test_result_pb2.TestResult()),
        check_statement(document["provenance"], provenance),
    ]
    if not provenance.run_details.builder.id or not provenance.build_definition.build_type:
        sys.exit("the provenance names no builder or no type of build")
    parent = dict(provenance.build_definition.resolved_dependencies[0].digest)["sha256"]
    json.dump({"files": check_bom(document["bom"]), "roots": sorted(set(roots)), "parent": parent}, sys.stdout)


main()
