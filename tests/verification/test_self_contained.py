import pytest

from .cases import fails


@pytest.mark.parametrize(
    "question",
    [
        "According to the text, who founded Rome?",
        "What does the passage say about whales?",
        "In this article, which drug is recommended?",
        "Which method does the author mention for sorting?",
        "Which algorithm, as described above, runs in linear time?",
        "What is the main topic of the document?",
        "Based on the given information, how old was Mozart?",
        "Which treaty is mentioned in the excerpt?",
        "Which company is mentioned?",
        "What was the sample size of this study?",
        "Which value is shown in Table 2 for copper?",
        "What reason does the narrator give for leaving?",
        "From the provided context, what is the dosage?",
        "Which theorem is used in the following passage?",
        "How does the writer describe the sea?",
        "What did the authors conclude about statins?",
        "What does the study find about sleep?",
        "What are the three benefits listed?",
        "What does Figure 3 show?",
        "What does the code above print?",
    ],
)
def test_references_document(question: str) -> None:
    assert fails("references_document", question)


@pytest.mark.parametrize(
    "question",
    [
        "Who is the author of Moby-Dick?",
        "Who is the author of the Iliad?",
        "Which document did King John seal in 1215?",
        "In which passage of the Bible does Goliath die?",
        "Which HTML tag makes text bold?",
        "What does the Document Object Model represent?",
        "According to Newton's third law, what opposes every action?",
        "Which article of the US Constitution creates the judiciary?",
        "In the text editor Vim, which key deletes a character?",
        "According to the Constitution, who commands the armed forces?",
        "Which passage connects the nasal cavity to the throat?",
        "What does Section 230 of the Communications Decency Act protect?",
        "Which chess piece is mentioned in Carroll's poem?",
        "Which speaker cone material is stiffest?",
        "With the passage of time, what happens to radium?",
    ],
)
def test_does_not_reference_document(question: str) -> None:
    assert not fails("references_document", question)


@pytest.mark.parametrize(
    "question",
    [
        "What did he invent?",
        "When was it founded?",
        "What is the name of this city?",
        "When was the company founded?",
        "Why did she leave so early?",
        "What year did he die?",
        "Which prize did he win in 1921?",
        "What is its capital?",
        "How tall is it in metres?",
        "Where do these animals live in winter?",
        "Why did that happen?",
        "Which enzyme speeds up this reaction?",
        "Who is the main character?",
        "What did they discover there?",
        "What color was her dress?",
        "How many employees does the company have?",
        "Who coined its name in 2022?",
        "How much does it charge for entry?",
        "What did he later call his greatest mistake?",
        "When did she become the first woman in the Federal Council?",
        "What is the name of her granddaughter?",
        "When was my great-grandfather baptised?",
        "How much did the company pay for its Dutch rival?",
        "Who wrote the film and its famous line?",
        "Why was it abandoned in 1912?",
        "How long did his reign last?",
        "What was his profession before the war?",
        "What caused their extinction?",
        "In which city did his parents live?",
        "How is this method better than the others?",
        "How many of these were sold in 1999?",
        "What colour are its flowers?",
        "How much did they pay for the house?",
        "What happened after he resigned?",
        "Who helped her to escape from the camp?",
        "When did this species become extinct?",
        "What instrument does the narrator's brother play?",
        "What year was the album released?",
        "How did the experiment end?",
        "To whom did he dedicate his second symphony?",
        "What is the function of that organ?",
        "With whom did they share the prize?",
        "Why does it turn blue after some time?",
    ],
)
def test_unresolved_reference(question: str) -> None:
    assert fails("unresolved_reference", question)


@pytest.mark.parametrize(
    "question",
    [
        "What did Alexander Graham Bell invent when he was in Boston?",
        "When was the company Siemens founded?",
        "What happens to water when it freezes?",
        "In his 1905 paper, what did Einstein explain?",
        "Which physicist published his theory of relativity in 1915?",
        "How long does it take light to reach Earth?",
        "Why is it important to wash hands before surgery?",
        "What is it called when a solid becomes a gas?",
        "If a circle has radius 2, what is the area of this circle?",
        "What does the `this` keyword refer to in JavaScript?",
        "Which organ stores bile before it is released?",
        "What is the name of the city where Mozart was born?",
        "Which country has the company with the most patents?",
        "What theorem states that every bounded sequence has a convergent subsequence?",
        "Which artist painted Guernica?",
        "In which of Mozart's operas does he let a statue speak?",
        "What does it mean for an integer to be perfect?",
        "How much does it cost to climb Everest?",
        "Which planet of our solar system has the most moons?",
        "Who is it that Hamlet kills behind a curtain?",
        "How many of those entitled to vote in Switzerland did so in 1971?",
        "Who sang the opening theme of Days of Our Lives?",
        "Which enzyme unwinds DNA before it is copied?",
        "How do bats find their prey in the dark?",
        "What do bees make from the nectar they collect?",
        "Why do cats purr when they are content?",
        "Which king lost his head in 1649?",
        "Who lost her crown to Elizabeth I in 1553?",
        "What does a caterpillar become once it leaves its cocoon?",
        "How does the heart supply itself with blood?",
        "In which ocean did the Titanic sink on its maiden voyage?",
        "Which mammal lays eggs although it suckles its young?",
        "What do you call a solid that forms when a liquid cools below its freezing point?",
        "Which philosopher drank hemlock after his trial in Athens?",
        "What is it called when light bends as it enters water?",
        "Which bird builds its nest on cliffs and dives for fish?",
        "Which composer went deaf before he wrote his ninth symphony?",
        "How many chambers does the human heart have?",
        "In chess, which piece can jump over others?",
        "What is the tallest tower in Paris?",
        "Which disease did Edward Jenner prevent with his vaccine?",
        "What is the name of the river on which London lies?",
        "In Hamlet, who kills Polonius when he hides behind a curtain?",
        "Which metal is liquid at room temperature and gives its name to a planet?",
        "What do economists call it when prices fall in general?",
        "How many sides does a hexagon have?",
        "What term describes animals that hunt their prey at night?",
        "For which discovery did Marie Curie and her husband share the Nobel Prize in 1903?",
        "How long does it take the Moon to orbit the Earth?",
        "What must a quorum reach before it can vote?",
        "What did the Romans call the province they founded in Gaul?",
        "Which tool did the Egyptians use to level the base of their pyramids?",
        "Who wrote the novel that the film Blade Runner is based on?",
        "Which treaty ended the war between Spain and the United States in 1898?",
    ],
)
def test_resolved_reference(question: str) -> None:
    assert not fails("unresolved_reference", question)


@pytest.mark.parametrize(
    ("sentence", "sound"),
    [
        ("He invented the ____ while working in a Boston laboratory.", False),
        ("This ____ is the largest of all in Africa.", False),
        ("However, the ____ was abolished in the year 1833.", False),
        ("In addition, the ____ secretes insulin into the blood.", False),
        ("It was founded in ____ by two engineers from Stanford.", False),
        ("These ____ are found only in Madagascar and nearby.", False),
        ("The latter was painted by ____ in the year 1937.", False),
        ("It is estimated that ____ million people speak Quechua.", True),
        ("There are ____ bones in the adult human body.", True),
        ("Itaipu Dam lies on the ____ River between two countries.", True),
        ("Thiamine is also known as vitamin ____ in older books.", True),
        ("Heparin is an ____ that is given before surgery.", True),
        ("____ discovered penicillin in London in the year 1928.", True),
    ],
)
def test_cloze_must_not_lean_on_the_sentence_before(sentence: str, sound: bool) -> None:
    question = f"Fill in the blank: {sentence}"
    assert fails("unresolved_reference", question, style="cloze") is not sound


@pytest.mark.parametrize(
    "question",
    [
        "Who is currently the president of France?",
        "What is the latest version of Python?",
        "How many people live in Lagos today?",
        "What did Apple recently announce?",
        "Which film won the Oscar this year?",
        "As of now, how many moons has Saturn?",
        "Who is the current CEO of Intel?",
        "What is the most recent Ebola vaccine?",
        "Which phone is the newest from Google?",
        "How many titles has Nadal won so far?",
        "What do doctors nowadays prescribe for gout?",
        "Which team won last season?",
        "What is today's interest rate in Japan?",
        "Who is the current mayor of the town that hosted the Games of 2012?",
    ],
)
def test_time_sensitive(question: str) -> None:
    assert fails("time_sensitive", question)


@pytest.mark.parametrize(
    "question",
    [
        "What is the current through a 5 ohm resistor at 10 V?",
        "Which cache policy evicts the least recently used entry?",
        "As of 2019, who was currently the record holder?",
        "Which isotope is used to date fossils?",
        "Which species is the most recent common ancestor of apes?",
        "In what is today Turkey, which city was Troy?",
        "Which newspaper is called USA Today?",
        "What is the latest possible start time in a PERT chart?",
        "Which warm ocean current flows past Norway?",
        "In which year did the Berlin Wall fall?",
        "What is Byzantium now called?",
        "Which presentation layer protocol encrypts HTTP?",
        "Which rule keeps a voters' list up to date at all times?",
        "What is the last year of school called in France?",
    ],
)
def test_timeless(question: str) -> None:
    assert not fails("time_sensitive", question)
