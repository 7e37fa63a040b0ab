"""The sentences of an investigation's report: evidence in words; the judgement is the writer's."""
