// Package trial asks the nginx of this machine what it makes of a configuration,
// as it is and as it shall be, without anything on the machine changing.
package trial
