#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# Sum up KTAP of many programs. Input: each program's output between
#
#	#@ run NAME
#	#@ end NAME EXIT-STATUS
#
# and, for checks that are not programs, "#@ pass|fail|skip WHAT". Prints a
# line per program, the whole output of those that failed (of all with -v),
# and as the last line "N passed, N failed". Exit status 0: none failed, and
# there were some.
#
# A program fails besides by its "not ok" lines: by a plan that is missing or
# not kept, by "Bail out!", by an exit status that its results do not explain,
# and by not ending.
use strict;
use warnings;

my $verbose = @ARGV && $ARGV[0] eq '-v';
my ($passed, $failed, $skipped) = (0, 0, 0);
my $cur;

$| = 1;

sub count
{
	my ($what, $text) = @_;

	$cur->{$what}++ if $cur;
	if ($what eq 'passed') {
		$passed++;
	} elsif ($what eq 'skipped') {
		$skipped++;
		push @{$cur->{skips}}, $text if $cur;
		print "skip $text\n" unless $cur;
	} else {
		$failed++;
		push @{$cur->{fails}}, $text if $cur;
		print "FAIL $text\n" unless $cur;
	}
}

sub result
{
	my ($depth, $not, $text) = @_;
	my $nested = $cur->{deepest} > $depth;

	$cur->{seen}++ if $depth == 0;
	if ($nested) {
		# the sum of results that were counted one by one
		$cur->{deepest} = $depth;
		count('failed', $text) if $not && !$cur->{failed};
		return;
	}
	$cur->{deepest} = $depth;
	if ($text =~ /#\s*SKIP/i) {
		count('skipped', $text);
	} else {
		count($not ? 'failed' : 'passed', $text);
	}
}

sub finish
{
	my ($status) = @_;

	if (!defined $status) {
		count('failed', "did not end");
	} elsif ($status == 4 && !$cur->{failed} && !$cur->{seen}) {
		count('skipped', $cur->{why} // 'not possible here');
	} else {
		if (!defined $cur->{plan}) {
			count('failed', "no plan");
		} elsif ($cur->{plan} != $cur->{seen}) {
			count('failed', "planned $cur->{plan} results, gave $cur->{seen}");
		} elsif ($cur->{plan} == 0) {
			count('skipped', $cur->{why} // 'nothing planned');
		}
		count('failed', "exit status $status") if $status && !$cur->{failed};
	}
	my $line = "$cur->{name}: $cur->{passed} passed";
	$line .= ", $cur->{failed} failed" if $cur->{failed};
	$line .= ", $cur->{skipped} skipped" if $cur->{skipped};
	print $cur->{failed} ? "FAIL " : "ok   ", $line, "\n";
	if ($cur->{failed} || $verbose) {
		print "     | $_\n" for @{$cur->{out}};
	}
	print "     skipped: $_\n" for @{$cur->{skips}};
	print "     failed: $_\n" for @{$cur->{fails}};
	undef $cur;
}

while (my $l = <STDIN>) {
	$l =~ s/[\r\n]+$//;
	if ($l =~ /^#\@ run (.*)/) {
		finish(undef) if $cur;
		$cur = { name => $1, passed => 0, failed => 0, skipped => 0,
			 seen => 0, deepest => 0, out => [], skips => [], fails => [] };
		next;
	}
	if ($l =~ /^#\@ end .*?(\d+)$/) {
		finish($1) if $cur;
		next;
	}
	if ($l =~ /^#\@ (pass|fail|skip) (.*)/) {
		count($1 eq 'skip' ? 'skipped' : $1 . 'ed', $2);
		next;
	}
	if ($l =~ /^#\@ stopped/) {
		finish(undef) if $cur;
		next;
	}
	next if $l =~ /^#\@/;
	if (!$cur) {
		print "$l\n" if $l ne '';
		next;
	}
	push @{$cur->{out}}, $l;
	if ($l =~ /^( *)1\.\.(\d+)\s*(?:#\s*(?:SKIP)?\s*(.*))?$/) {
		if (length($1) == 0) {
			$cur->{plan} = $2;
			$cur->{why} = $3;
		}
	} elsif ($l =~ /^( *)(not )?ok\b\s*(?:\d+)?\s*(?:-\s*)?(.*)/) {
		result(length($1), defined $2, $3);
	} elsif ($l =~ /^\s*Bail out!(.*)/) {
		count('failed', "bailed out:$1");
	}
}
finish(undef) if $cur;

print "$passed passed, $failed failed";
print ", $skipped skipped" if $skipped;
print "\n";
exit($failed || !$passed ? 1 : 0);
