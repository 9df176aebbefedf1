# SPDX-License-Identifier: Apache-2.0
"""What the system and caps tests share: the running program, its clients, and a view of it from outside."""
