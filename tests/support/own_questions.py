"""Three questions, one of each kind, as text of a file u97.toml."""

CHOICE = """
[[question]]
number = "97.a"
kind = "choice"
text = "Which bone is a carpal?"
[[question.option]]
text = "the capitate"
right = true
why = "It is one of eight."
[[question.option]]
text = "the radius"
why = "It belongs to the forearm."
[[question.option]]
text = "the ulna"
why = "It belongs to the forearm, too."
"""
ORDER = """
[[question]]
number = "97.b"
kind = "order"
text = "From the wrist outwards."
why = "A finger begins at the wrist."
[[question.item]]
text = "metacarpal"
why_before_next = "The metacarpal lies in the palm."
[[question.item]]
text = "proximal phalanx"
[[question.item]]
text = "distal phalanx"
"""
MARK = """
[[question]]
number = "97.c"
kind = "mark"
text = "Mark the growth plate of the radius."
right = ["radius_plate"]
why = "It is the dark line between shaft and epiphysis."
otherwise = "Look nearer to the wrist."
[question.hand]
sex = "F"
bone_age = 9.0
seed = 6
[[question.wrong]]
place = "capitate"
why = "A carpal bone has no growth plate."
[[question.wrong]]
place = "ulna_plate"
why = "This is the growth plate of the ulna."
[[question.wrong]]
place = "PIP3"
why = "This is a joint of the middle finger."
"""
