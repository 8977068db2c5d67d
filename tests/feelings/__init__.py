"""Scripted calls, calm ones and ones that turn sour: are upset callers handed to a person in time?"""
