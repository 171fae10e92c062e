"""Mappings: vendor records to canonical ones, and the canonical view back to vendor fields, as YAML with JMESPath."""

from hub.mappings.coverage import Coverage, coverage
from hub.mappings.examples import ExampleResult, run_examples
from hub.mappings.inbound import InMapping
from hub.mappings.load import MappingSet, load_mapping, load_mappings
from hub.mappings.mapping import MappingFile, MappingSource
from hub.mappings.mutation import Mutant, surviving_mutants
from hub.mappings.outbound import OutMapping
from hub.mappings.view import VIEW, VIEW_PATHS

__all__ = [
    "VIEW",
    "VIEW_PATHS",
    "Coverage",
    "ExampleResult",
    "InMapping",
    "MappingFile",
    "MappingSet",
    "MappingSource",
    "Mutant",
    "OutMapping",
    "coverage",
    "load_mapping",
    "load_mappings",
    "run_examples",
    "surviving_mutants",
]
