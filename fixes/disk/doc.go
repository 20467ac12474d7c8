// Package disk replaces single files on disk. At every moment a file is whole: as
// it was or as it shall be. What it is besides its bytes stays: mode, owner,
// extended attributes with access control lists and security labels, inode flags.
// Every error names the path.
package disk
