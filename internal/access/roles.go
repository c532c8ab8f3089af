package access

import "slices"

// Role is what a member of staff is at a school or owner (SCHOOL §5.8).
type Role string

// The roles.
const (
	Reporter  Role = "reporter" // may only report a concern
	Teacher   Role = "teacher"
	Deputy    Role = "deputy"
	Principal Role = "principal"
	OwnerRole Role = "owner"
)

// Substitute runs the class session of one class for one day. Nobody is added
// as one: a PIN from the office makes one (pin.go).
const Substitute Role = "substitute"

// Roles lists those a person can be added with. A deputy is staff who stand in
// until a day (Person.DeputyUntil), and nobody is one for good.
var Roles = []Role{Reporter, Teacher, Principal, OwnerRole}

// Right is one thing a role may do.
type Right string

// The rights. Each holds within the schools of the person, and for a teacher
// within the person's own classes (Person.SeesClass).
const (
	Report    Right = "report"     // report a concern, and that one stepped in; see what came of it
	SeeClass  Right = "see_class"  // released figures, signals and prompts of classes
	SeeSchool Right = "see_school" // the same for grades, the school and every class
	Observe   Right = "observe"    // write what was seen after a prompt
	Conclude  Right = "conclude"   // end a prompt; class staff too, as it goes to the principal when they do not
	CarryOut  Right = "carry_out"  // see which classes are asked this week, and have one answer anew
	SeeAdult  Right = "see_adult"  // what pupils say of adults, once the owner has passed it on; a deputy stands in for the principal
	Lead      Right = "lead"       // read what is reported, decide on it and run cases
	Share     Right = "share"      // show a class its own figures, or pupils and parents the school's
	SeeOwner  Right = "see_owner"  // the owner's page, and no school's

	RunSession Right = "run_session" // open the survey in class
	PrintSlips Right = "print_slips" // print codes for a class
	MakePIN    Right = "make_pin"    // let a substitute run a session

	ManageStaff   Right = "manage_staff"   // say who works at the school, with which classes, and hand out sign-in links
	NameDeputies  Right = "name_deputies"  // let one of the staff stand in until a day; never a deputy's own
	ManageLeaders Right = "manage_leaders" // say who leads the owner's schools
	SeeOwnLog     Right = "see_own_log"    // read what is logged about oneself, and nobody else
	BeReminded    Right = "be_reminded"    // have deadlines, and a calendar of them: not who is here for a day
)

// rights is what each role may do: the only such table.
var rights = map[Role][]Right{
	Reporter:  {Report, SeeOwnLog, BeReminded},
	Teacher:   {Report, SeeClass, Observe, Conclude, RunSession, PrintSlips, SeeOwnLog, BeReminded},
	Deputy:    {Report, SeeClass, SeeSchool, CarryOut, SeeAdult, Observe, Conclude, Lead, Share, RunSession, PrintSlips, MakePIN, ManageStaff, SeeOwnLog, BeReminded},
	Principal: {Report, SeeClass, SeeSchool, CarryOut, SeeAdult, Observe, Conclude, Lead, Share, RunSession, PrintSlips, MakePIN, ManageStaff, NameDeputies, SeeOwnLog, BeReminded},
	OwnerRole: {SeeOwner, ManageLeaders, SeeOwnLog, BeReminded},

	Substitute: {RunSession, SeeOwnLog},
}

// managedBy is the right that it takes to say who has a post. Nobody at school
// says who leads it, and only the operator who is an owner's.
var managedBy = map[Role]Right{
	Reporter: ManageStaff, Teacher: ManageStaff, Deputy: NameDeputies, Principal: ManageLeaders,
}

// May says whether a role has a right. An unknown role has none.
func May(role Role, right Right) bool { return slices.Contains(rights[role], right) }

// May says whether the person's role has a right.
func (p Person) May(right Right) bool { return May(p.Role, right) }

// AtSchool says whether the person works at a school.
func (p Person) AtSchool(school string) bool { return slices.Contains(p.Schools, school) }

// SeesSchool says whether the person may see a whole school.
func (p Person) SeesSchool(school string) bool { return p.May(SeeSchool) && p.AtSchool(school) }

// SeesClass says whether the person may see a class.
func (p Person) SeesClass(school, class string) bool {
	return p.SeesSchool(school) ||
		p.May(SeeClass) && p.AtSchool(school) && slices.Contains(p.Classes, school+"/"+class)
}

// RunsSession says whether the person may open the survey in a class.
func (p Person) RunsSession(school, class string) bool {
	return p.May(RunSession) && p.AtSchool(school) &&
		(p.May(SeeSchool) || slices.Contains(p.Classes, school+"/"+class))
}
