#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# messages_test.pl TOP: each message that the table of remedies names is one
# that the sources can print. In the table "..." stands for what varies.
use strict;
use warnings;

my $top = shift // '../..';
my $table = "$top/Documentation/troubleshooting.md";

# said by others
my %theirs = map { $_ => 1 } (
	'modprobe: FATAL: Module seamhost not found',	# kmod
	'Key was rejected by service',			# the kernel's errno
);

# Every string of the sources, pieces that follow each other joined.
sub strings_of
{
	my ($file) = @_;
	open my $f, '<', $file or die "$file: $!\n";
	my $text = do { local $/; <$f> };
	close $f;
	$text =~ s/\\\n//g;
	my $piece = qr/"((?:[^"\\\n]|\\.)*)"/;
	my @found;
	while ($text =~ /\G(?:(?!$piece).)*?((?:$piece\s*)+)/gs) {
		my $all = join '', $2 =~ /$piece/g;
		$all =~ s/\\(["\\])/$1/g;
		push @found, $all;
	}
	return @found;
}

my @strings = map { strings_of($_) }
	glob "$top/virt/*.[ch] $top/kvm/*.[ch] $top/tools/tdxctl/*.[ch]";
# names of statuses are made of the rows of a table
my %status;
open my $f, '<', "$top/include/seamhost/status.h" or die "status.h: $!\n";
while (<$f>) {
	$status{$1} = 1 while /\b([A-Z][A-Z0-9_]+)\b/g;
}
close $f;

sub known
{
	my ($message) = @_;
	return 1 if $theirs{$message} || $message =~ /^E[A-Z]+$/;
	return 1 if $message =~ /^[A-Z][A-Z0-9_]+$/ && $status{$message};
	my $re = join '.*', map { quotemeta } split / ?\.\.\. ?/, $message;
	return grep { /$re/ } @strings;
}

my ($n, $bad) = (0, 0);
print "KTAP version 1\n";
open $f, '<', $table or die "$table: $!\n";
while (<$f>) {
	next unless /^\| (.*?) \|/;
	my $symptom = $1;
	while ($symptom =~ /`([^`]+)`/g) {
		my $message = $1;
		my $ok = known($message);
		$bad = 1 unless $ok;
		printf "%sok %d can be printed: %s\n", $ok ? '' : 'not ', ++$n,
			$message =~ s/#/\\#/gr;
	}
}
close $f;
print "1..$n\n";
exit $bad;
