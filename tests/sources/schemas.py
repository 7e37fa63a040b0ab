"""What a reply must look like: PxWebApi 2 after PxAPI-2.yml, Kolada 3, in our own words."""

from functools import cache
from json import dumps, loads

import fastjsonschema

TEXTS = {"type": "array", "items": {"type": "string"}, "uniqueItems": True}
LINK = {
    "type": "object",
    "required": ["rel", "hreflang", "href"],
    "properties": {name: {"type": "string"} for name in ("rel", "hreflang", "href")},
}
CATEGORY = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "index": {"type": "object", "additionalProperties": {"type": "integer"}},
        "label": {"type": "object", "minProperties": 1, "additionalProperties": {"type": "string"}},
        "note": {"type": "object"},
        "unit": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "properties": {"base": {"type": "string"}, "decimals": {"type": "integer"}},
            },
        },
    },
}
DIMENSION = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "label": {"type": "string"},
        "note": {"type": "array"},
        "category": CATEGORY,
        "extension": {"type": "object"},
        "link": {"type": "object"},
    },
}
DATASET = {
    "type": "object",
    "additionalProperties": False,
    "required": ["version", "class", "value", "id", "size", "dimension"],
    "properties": {
        "version": {"const": "2.0"},
        "class": {"const": "dataset"},
        "href": {"type": "string"},
        "label": {"type": "string"},
        "source": {"type": "string"},
        # the document says a date; SCB sends date and time
        "updated": {"type": "string", "pattern": r"^(19|20)\d\d-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?$"},
        "link": {"type": "object"},
        "note": {"type": "array", "items": {"type": "string"}},
        "role": {
            "type": "object",
            "additionalProperties": False,
            "properties": {"time": TEXTS, "geo": TEXTS, "metric": TEXTS},
        },
        "id": TEXTS,
        "size": {"type": "array", "items": {"type": "integer"}},
        "dimension": {"type": "object", "additionalProperties": DIMENSION},
        "extension": {
            "type": "object",
            "properties": {"px": {"type": "object"}, "discontinued": {"type": ["boolean", "null"]}},
        },
        "value": {"type": ["array", "null"], "items": {"type": ["number", "null"]}},
        "status": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}
CONFIG = {
    "type": "object",
    "required": [
        "apiVersion",
        "appVersion",
        "languages",
        "defaultLanguage",
        "maxDataCells",
        "maxCallsPerTimeWindow",
        "timeWindow",
        "license",
        "defaultDataFormat",
        "dataFormats",
    ],
    "properties": {
        "apiVersion": {"type": "string"},
        "appVersion": {"type": "string"},
        "languages": {"type": "array", "items": {"type": "object", "required": ["id", "label"]}},
        "defaultLanguage": {"type": "string"},
        "maxDataCells": {"type": "integer", "minimum": 0},
        "maxCallsPerTimeWindow": {"type": "integer", "minimum": 1},
        "timeWindow": {"type": "integer", "minimum": 1},
        "license": {"type": "string"},
        "defaultDataFormat": {"type": "string"},
        "dataFormats": TEXTS,
    },
}
PROBLEM = {
    "type": "object",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 100, "exclusiveMaximum": 600},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
    },
}
QUERY = {
    "type": "object",
    "required": ["selection"],
    "additionalProperties": False,
    "properties": {
        "selection": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["variableCode", "valueCodes"],
                "additionalProperties": False,
                "properties": {
                    "variableCode": {"type": "string"},
                    "codelist": {"type": ["string", "null"]},
                    "valueCodes": TEXTS,
                },
            },
        },
        "placement": {"type": "object"},
    },
}
PAGE = {
    "type": "object",
    "required": ["values", "count"],
    "properties": {
        "values": {"type": "array"},
        "count": {"type": "integer"},
        "next_url": {"type": ["string", "null"]},
        "previous_url": {"type": ["string", "null"]},
    },
}
VALUE = {
    "type": "object",
    "required": ["kpi", "period", "municipality", "values"],
    "properties": {
        "kpi": {"type": "string"},
        "period": {"type": "integer"},
        "municipality": {"type": "string"},
        "values": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["gender", "value"],
                "properties": {
                    "gender": {"enum": ["T", "K", "M"]},
                    "value": {"type": ["number", "null"]},
                    "status": {"type": ["string", "null"]},
                    "isdeleted": {"type": "boolean"},
                    "count": {"type": "integer"},
                },
            },
        },
    },
}
GROUP = {
    "type": "object",
    "required": ["id", "title", "members"],
    "properties": {
        "id": {"type": "string"},
        "title": {"type": "string"},
        "members": {
            "type": "array",
            "items": {"type": "object", "required": ["member_id", "member_title"]},
        },
    },
}
KPI = {
    "type": "object",
    "required": ["id", "title"],
    "properties": {"id": {"type": "string"}, "title": {"type": "string"}},
}
FEATURE = {
    "type": "object",
    "required": ["type", "geometry", "properties"],
    "properties": {
        "type": {"const": "Feature"},
        "properties": {"type": "object"},
        "geometry": {
            "type": "object",
            "required": ["type", "coordinates"],
            "properties": {
                "type": {"enum": ["Polygon", "MultiPolygon"]},
                "coordinates": {"type": ["array"]},
            },
        },
    },
}
FEATURES = {
    "type": "object",
    "required": ["type", "features", "numberMatched", "numberReturned"],
    "properties": {
        "type": {"const": "FeatureCollection"},
        "features": {"type": "array", "items": FEATURE},
        "numberMatched": {"type": "integer", "minimum": 0},
        "numberReturned": {"type": "integer", "minimum": 0},
    },
}


def page_of(rows):
    """A page of Kolada with such rows, each of which is checked."""
    values = {"type": "array", "items": rows}
    return {**PAGE, "properties": {**PAGE["properties"], "values": values}}


@cache
def _checker(schema):
    return fastjsonschema.compile(loads(schema))


def check(schema, document):
    """Raise with the first fault of `document`."""
    _checker(dumps(schema))(document)
    return document
