# SPDX-License-Identifier: Apache-2.0
"""The bench harness: data sets, servers, measuring, reports. bench/README.md tells how to use it."""
