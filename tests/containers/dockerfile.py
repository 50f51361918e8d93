"""Reads a Dockerfile: the instructions that docker/Dockerfile uses, and no more."""

import json
import re
import shlex

KNOWN = ('ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK RUN STOPSIGNAL USER WORKDIR ADD LABEL VOLUME '
         'SHELL ONBUILD MAINTAINER').split()


class Instruction:
    def __init__(self, name, text, line):
        self.name = name
        self.text = text  # continued lines joined, as they stand
        self.line = line

    @property
    def words(self):
        return shlex.split(self.text.replace('\\\n', ' '))

    @property
    def exec_form(self):
        """The list of an exec form (what follows CMD for HEALTHCHECK), or None."""
        text = self.text.replace('\\\n', ' ').strip()
        if self.name == 'HEALTHCHECK':
            text = text.partition('CMD')[2].strip()
        return json.loads(text) if text.startswith('[') else None

    @property
    def pairs(self):
        """NAME=value ... of ENV and ARG; ARG may have no value."""
        return [tuple((word + '=').split('=')[:2]) for word in self.words]


class Stage:
    def __init__(self, base, name, line):
        self.base, self.name, self.line = base, name, line
        self.instructions = []

    def all(self, name):
        return [one for one in self.instructions if one.name == name]

    def last(self, name):
        return (self.all(name) or [None])[-1]


def instructions(text):
    lines = text.split('\n')
    at = 0
    while at < len(lines):
        start, taken = at, [lines[at]]
        at += 1
        if not lines[start].strip() or lines[start].lstrip().startswith('#'):
            continue
        while taken[-1].endswith('\\'):
            taken.append(lines[at])
            at += 1
        name, _, rest = '\n'.join(taken).partition(' ')
        if name not in KNOWN:
            raise ValueError('line %d: what is %s?' % (start + 1, name))
        yield Instruction(name, rest, start + 1)


def expand(text, values):
    return re.sub(r'\$\{(\w+)\}|\$(\w+)', lambda found: values.get(found.group(1) or found.group(2), ''), text)


def stages(text):
    """The stages of a Dockerfile; the arguments that stand before the first FROM are filled in there."""
    found, values = [], {}
    for one in instructions(text):
        if one.name == 'ARG' and not found:
            values.update(one.pairs)
        elif one.name == 'FROM':
            words = one.words
            if len(words) not in (1, 3) or (len(words) == 3 and words[1].upper() != 'AS'):
                raise ValueError('line %d: FROM %s' % (one.line, one.text))
            found.append(Stage(expand(words[0], values), words[2] if len(words) == 3 else '', one.line))
        elif not found:
            raise ValueError('line %d: %s before FROM' % (one.line, one.name))
        else:
            found[-1].instructions.append(one)
    return found
