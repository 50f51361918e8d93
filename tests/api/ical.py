"""Reads iCalendar by libical, which had no part in writing it."""

import ctypes
import ctypes.util
import functools

_POINTER = ctypes.c_void_p
_ANY = 0


@functools.cache
def _ical():
    library = ctypes.CDLL(ctypes.util.find_library('ical') or 'libical.so.3')
    for name, result, *arguments in (
        ('icalerror_set_errors_are_fatal', None, ctypes.c_int),
        ('icalparser_parse_string', _POINTER, ctypes.c_char_p),
        ('icalcomponent_free', None, _POINTER),
        ('icalcomponent_isa', ctypes.c_int, _POINTER),
        ('icalcomponent_count_errors', ctypes.c_int, _POINTER),
        ('icalcomponent_string_to_kind', ctypes.c_int, ctypes.c_char_p),
        ('icalcomponent_get_first_component', _POINTER, _POINTER, ctypes.c_int),
        ('icalcomponent_get_next_component', _POINTER, _POINTER, ctypes.c_int),
        ('icalcomponent_get_first_property', _POINTER, _POINTER, ctypes.c_int),
        ('icalcomponent_get_next_property', _POINTER, _POINTER, ctypes.c_int),
        ('icalproperty_isa', ctypes.c_int, _POINTER),
        ('icalproperty_string_to_kind', ctypes.c_int, ctypes.c_char_p),
        ('icalproperty_get_value', _POINTER, _POINTER),
        ('icalproperty_get_value_as_string_r', _POINTER, _POINTER),
        ('icalproperty_get_property_name_r', _POINTER, _POINTER),
        ('icalvalue_isa', ctypes.c_int, _POINTER),
        ('icalvalue_string_to_kind', ctypes.c_int, ctypes.c_char_p),
        ('icalvalue_get_text', ctypes.c_char_p, _POINTER),
        ('icalmemory_free_buffer', None, _POINTER),
    ):
        function = getattr(library, name)
        function.restype = result
        function.argtypes = arguments
    library.icalerror_set_errors_are_fatal(0)
    return library


def _taken(buffer):
    """The text of a buffer that libical gave away."""
    text = ctypes.string_at(buffer).decode()
    _ical().icalmemory_free_buffer(buffer)
    return text


def _each(first, following, component, kind):
    found = first(component, kind)
    while found:
        yield found
        found = following(component, kind)


def _components(component, name):
    first, following = _ical().icalcomponent_get_first_component, _ical().icalcomponent_get_next_component
    return _each(first, following, component, _ical().icalcomponent_string_to_kind(name))


def _value(property_):
    value = _ical().icalproperty_get_value(property_)
    if value and _ical().icalvalue_isa(value) == _ical().icalvalue_string_to_kind(b'TEXT'):
        return _ical().icalvalue_get_text(value).decode()
    return _taken(_ical().icalproperty_get_value_as_string_r(property_))


def _properties(component):
    """Values by name; texts without their escapes."""
    first, following = _ical().icalcomponent_get_first_property, _ical().icalcomponent_get_next_property
    values = {}
    for found in _each(first, following, component, _ANY):
        name = _taken(_ical().icalproperty_get_property_name_r(found))
        if name in values:
            raise ValueError(f'{name} twice: {values[name]!r} and {_value(found)!r}')
        values[name] = _value(found)
    return values


def _date(value):
    if len(value) != 8 or not value.isdigit():
        raise ValueError(f'{value!r} is not a whole day')
    return f'{value[:4]}-{value[4:6]}-{value[6:]}'


def _alarm(component):
    values = _properties(component)
    return {'uid': values['UID'], 'at': values['TRIGGER'], 'action': values['ACTION'], 'text': values['DESCRIPTION']}


def _event(component):
    values = _properties(component)
    return {
        'uid': values['UID'],
        'stamp': values['DTSTAMP'],
        'date': _date(values['DTSTART']),
        'end': _date(values['DTEND']),
        'sequence': int(values['SEQUENCE']),
        'status': values['STATUS'],
        'transparent': values['TRANSP'] == 'TRANSPARENT',
        'summary': values.get('SUMMARY'),
        'description': values.get('DESCRIPTION'),
        'category': values.get('CATEGORIES'),
        'url': values.get('URL'),
        'alarms': [_alarm(alarm) for alarm in _components(component, b'VALARM')],
    }


def _parsed(data, read):
    if b'\0' in data:
        raise ValueError('a NUL in a calendar')
    calendar = _ical().icalparser_parse_string(data)
    if not calendar:
        raise ValueError('not a calendar')
    try:
        if _ical().icalcomponent_isa(calendar) != _ical().icalcomponent_string_to_kind(b'VCALENDAR'):
            raise ValueError('not one calendar')
        if _ical().icalcomponent_count_errors(calendar):
            raise ValueError(f'{_ical().icalcomponent_count_errors(calendar)} errors (X-LIC-ERROR)')
        return read(calendar)
    except KeyError as lacking:
        raise ValueError(f'no {lacking}') from None
    finally:
        _ical().icalcomponent_free(calendar)


def parse(data):
    """The events of a calendar, in its order; ValueError for any error in it. Times are as iCalendar has them."""
    return _parsed(data, lambda calendar: [_event(event) for event in _components(calendar, b'VEVENT')])


def properties(data):
    """The calendar's own, such as NAME or METHOD, by name; those of X- names with their escapes."""
    return _parsed(data, _properties)
